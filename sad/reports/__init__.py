"""Documents made for print: from rows to PDF."""
