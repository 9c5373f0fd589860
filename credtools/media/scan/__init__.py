"""What a scan says: its words, days, numbers and names beside a row; pure, for `comparing`."""
