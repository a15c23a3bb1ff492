"""`python -m ijaza_credential`: one process of this service, told everything by its environment."""

from ijaza_runtime.process import main

from ijaza_credential.main import NAME, assemble

if __name__ == "__main__":
    main(NAME, assemble)
