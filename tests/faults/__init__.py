"""Faults at every moment: disks, clients, wires and servers that fail, and what must be true afterwards."""
