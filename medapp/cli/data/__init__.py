"""`medapp data …`: data sets.

add                     bring images in           (adding.py)
list, show, remove      what there is             (showing.py)
copies, check, split    copies, and who is where  (copying.py)
"""

import typer

from medapp.cli.data import adding, copying, deriving, showing

app = typer.Typer(
    no_args_is_help=True,
    help="Data sets: register, list, show, derive, copies, split, remove.",
)
app.command()(adding.add)
app.command("list")(showing.list_sets)
app.command()(showing.show)
app.command()(copying.copies)
app.command()(copying.split)
app.command()(copying.check)
app.command("derive")(deriving.derive_set)
app.command()(showing.remove)
