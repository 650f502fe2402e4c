"""Campaigns: named sets of tasks, run to the end whatever interrupts them, with the same results.

A *task* is data, and its result a function of it: what is confronted (``task``). A *kind* says
which function (``kinds``; ``paths`` is one), and ``named`` lists the campaigns. A result is stored
under a digest of the task and of all else that it depends on (``version``), in one SQLite file
(``store``), and is reused exactly when it would come out the same. ``running`` works through the
tasks on an executor (``executors``: this process, a pool, Dask; ``pace`` and ``bar`` tell how far
it is, ``lock`` keeps a second runner away), ``settings`` divides them into shards, ``merging`` puts
the files of shards together, ``report`` says what was found.

Nothing here is imported with torch: a kind loads what it needs when its first task runs.
"""
