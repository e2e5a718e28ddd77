"""`python -m medapp` is the `medapp` command."""

from medapp.cli import main

if __name__ == "__main__":
    main()
