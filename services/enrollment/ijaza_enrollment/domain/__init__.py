"""What enrollment knows and decides, without IO, clock or chance."""
