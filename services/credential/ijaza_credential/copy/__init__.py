"""The graduate's copy: what somebody who was sent a link finds there, without an account."""
