"""What a file is found to be: delimiter, quote, header, and whether there is a table at all."""
