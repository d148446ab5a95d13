"""Who acts at the command line: whoever changes something is asked for their PIN, as at the window.

The PIN is typed at the terminal, or comes in the environment variable `EVERTILL_PIN`; it is never an
argument, which every user of the computer could read in the list of processes. Wrong PINs count with those at
the window.
"""

import asyncio
import getpass
import os
import warnings

from app.bootstrap import OpenHome
from app.domain.errors import NotPermitted
from app.domain.rights import Right
from app.services.people import directory
from app.services.till import Actor

PIN_VARIABLE = "EVERTILL_PIN"


def signed_in(opened: OpenHome, username: str | None, *rights: Right) -> Actor:
    """The person with this user name, or the only one here who has the rights, once their PIN was right.

    Raises NotPermitted, WrongPin, TooManyTries, NotEnrolled.
    """
    till, pepper = opened.till(), opened.pin_pepper
    person = directory.named_with_rights(till, username, *rights)
    return asyncio.run(directory.approve(till, person.id, _ask_pin(person.name), *rights, pepper=pepper))


def _ask_pin(name: str) -> str:
    # Taken out, so that no process started from here has it.
    pin = os.environ.pop(PIN_VARIABLE, "")
    if not pin:
        try:
            with warnings.catch_warnings():
                # It would go on without a terminal, with what is typed on the screen.
                warnings.simplefilter("error", getpass.GetPassWarning)
                pin = getpass.getpass(f"PIN of {name}: ")
        except (EOFError, getpass.GetPassWarning) as error:
            words = f"There is no terminal to ask {name} for the PIN. Put it into {PIN_VARIABLE}."
            raise NotPermitted(words) from error
    if not pin:
        raise NotPermitted("No PIN was typed. Nothing was changed.")
    return pin.encode(errors="replace").decode()  # the environment may hold bytes that are no text
