"""The worker's side: what is due is sent, found, read back or forgotten.

Each piece of work is short transactions (claim, token, settle) with the network between them, never
inside one. A worker that dies in between leaves a lease that ends by itself.
"""

from lms.lti.delivery.launches import forget_old_launches
from lms.lti.delivery.reconcile import read_marks_back
from lms.lti.delivery.scores import Sending, send_due_scores

__all__ = ["Sending", "forget_old_launches", "read_marks_back", "send_due_scores"]
