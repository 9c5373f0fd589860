"""Exports: what people take away – the template, rejected rows, clean files of what was accepted."""
