"""Files that ship with the program: the demonstration catalogue, icons, themes, translations."""
