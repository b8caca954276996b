"""Starts the RQ worker and the periodic list; ``python worker.py jobs`` or ``… periodic`` runs one of them."""

from aftersales.jobs.worker import main

if __name__ == "__main__":
    main()
