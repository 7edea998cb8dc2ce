"""`python -m watchbill` is the same as `watchbill`."""

from watchbill.cli import run

if __name__ == "__main__":
    run()
