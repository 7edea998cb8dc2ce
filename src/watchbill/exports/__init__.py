"""Calendar exports (.ics) to bare intervals in availability files. Titles and notes never leave the export."""
