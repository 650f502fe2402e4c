"""What real training says: networks trained on real data, and a quantity recorded on the way.

The one experiment so far is ``l1-ratio``: ``||g||_1 / (sqrt(d) ||g||_2)`` of gradients while AdamW
trains networks of several sizes. The source of the rates (arXiv 2505.11840) claims that on real
tasks ``||grad f||_1 = Theta(sqrt(d)) ||grad f||_2``; the experiment measures, and states by rules
(``statement``) what its numbers support and what they cannot.

``data`` and ``models`` are what is trained, ``training`` trains and records, ``plan`` lists the
runs, ``task`` makes each a task of ``campaign``, whose store and runner make it resumable.
``records`` are the plain data of runs; ``analysis``, ``statement`` and ``report`` need nothing
else, no torch either. Nothing here proves anything.
"""
