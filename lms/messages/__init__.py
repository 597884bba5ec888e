"""E-mails to send: durable, each sent once, by the worker."""
