"""Charts as data: pictures with their text, table and files. Nothing here draws on a page."""
