"""The truth generator: files of every kind in which it is known what is wrong."""
