"""`medapp data …`: data sets.

add                     bring images in           (adding.py)
list, show, remove      what there is             (showing.py)
images                  each, in any order        (listing.py)
audit, fingerprint      what is wrong             (auditing.py)
flatter                 what a leak is worth      (flattering.py)
similar                 what is most like         (comparing.py)
copies, check, split …  copies, and who is where  (copying.py)
edit, edits, undo       what a person changes     (editing.py)
task                    what is asked             (tasks.py)
derive                  a data set out of others  (deriving.py)
update                  what has changed since    (updating.py)
"""

import typer

from medapp.cli.data import (
    adding,
    auditing,
    comparing,
    copying,
    deriving,
    editing,
    flattering,
    listing,
    showing,
    tasks,
    updating,
)

app = typer.Typer(
    no_args_is_help=True,
    help=(
        "Data sets: register, list, show, images, audit, compare, copies, split, edit, derive,"
        " update, remove."
    ),
)
app.command()(adding.add)
app.command("list")(showing.list_sets)
app.command()(showing.show)
app.command("images")(listing.list_some)
app.command()(auditing.audit)
app.command()(auditing.fingerprint)
app.command()(flattering.flatter)
app.command()(comparing.similar)
app.command()(copying.copies)
app.command()(copying.split)
app.command("clean-split")(copying.clean_split)
app.command()(copying.check)
app.command()(editing.edit)
app.command()(editing.edits)
app.command()(editing.undo)
app.command("task")(tasks.set_task)
app.command("derive")(deriving.derive_set)
app.command("update")(updating.update_set)
app.command()(showing.remove)
