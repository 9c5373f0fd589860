#!/bin/sh
# The same notebook by papermill alone: only its declared parameters, no credtools command.
umask 077 # the record is for its owner
papermill import.ipynb "record-$(date +%F).ipynb" --cwd . --execution-timeout 3600 --no-progress-bar \
  -p source incoming/hr_export.csv -p recipe recipes/hr.yaml
