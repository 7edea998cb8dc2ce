"""`python -m watchbill` is the same as `watchbill`."""

from watchbill.entry import main

if __name__ == "__main__":
    main()
