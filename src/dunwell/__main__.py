"""`python -m dunwell` is the `dunwell` command."""

from dunwell.config.command import run

if __name__ == "__main__":
    run()
