"""Writes: each verb is one transaction with one event, and one module holds the verbs of one thing."""
