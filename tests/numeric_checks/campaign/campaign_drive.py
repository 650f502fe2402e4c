"""``ratecert`` with toy tasks: ``campaign_drive.py TASKS MILLISECONDS ARGUMENTS ...``."""

import sys

import campaign_toys as toys

from ratecert.cli import main

if __name__ == "__main__":
    number, milliseconds, *arguments = sys.argv[1:]
    toys.install(int(number), int(milliseconds))
    sys.exit(main(arguments))
