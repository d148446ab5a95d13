"""Operations: parsed, authorised, applied by their handlers, answered once."""
