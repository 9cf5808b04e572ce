"""Pure text handling: strings in, strings or lists out, no Django."""
