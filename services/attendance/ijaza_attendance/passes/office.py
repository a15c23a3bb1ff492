"""What is done with passes: keys added and retired, tokens made of what the states say."""

from collections.abc import Callable
from datetime import datetime

from ijaza_contracts.door import DoorEvent, PassKeyAdded
from ijaza_runtime.errors import Conflicting, Refusal
from ijaza_runtime.observe import log
from ijaza_runtime.secrets import SecretError

from ijaza_attendance.domain.devices import PassKey
from ijaza_attendance.domain.passes import IssuePass, Occasion, PassState, standing, state_of
from ijaza_attendance.domain.state import State
from ijaza_attendance.domain.times import seconds_of
from ijaza_attendance.passes.keys import PassKeys, file_name
from ijaza_attendance.passes.tokens import Claims, sign
from ijaza_attendance.registry import Registry

MOST_KEYS = 999
"""The id of a key is part of every QR code: k1 to k999."""
BY_ITSELF = "ijaza"
"""The actor of the first key, which is made when the first pass is asked for."""


class PassOffice:
    """Issues passes with the keys that this process has and everybody knows."""

    def __init__(self, keys: PassKeys, registry: Registry, clock: Callable[[], datetime]) -> None:
        self.keys = keys
        self._registry = registry
        self._clock = clock

    async def add_key(self, actor: str) -> PassKey:
        """Make the next key and publish it; new passes are signed with it from then on.

        Two that ask at once get the same key. Raises `Refusal` if it cannot be made.
        """
        await self._registry.refresh()
        number = max((key.number for key in self._registry.all_keys()), default=0) + 1
        if number > MOST_KEYS:
            raise Conflicting(
                "too-many-pass-keys",
                f"there are {MOST_KEYS} keys of passes, as many as an id can tell apart",
            )
        key_id = f"k{number}"
        public_key = self._made(key_id)

        def added(before: PassKey | None) -> DoorEvent | None:
            if before is not None:
                return None
            return PassKeyAdded(key_id=key_id, at=self._clock(), public_key=public_key, actor=actor)

        key = await self._registry.pass_keys.change(key_id, added)
        await self._registry.refresh()
        assert key is not None, "a key that was just added is known"
        return key

    def _made(self, key_id: str) -> str:
        try:
            return self.keys.make(key_id)
        except SecretError as error:
            log.error("key of passes not made", why=str(error))
            raise Conflicting(
                "pass-key-not-made",
                f"{file_name(key_id)} cannot be made in the folder of keys, or not be read there: "
                "put an Ed25519 private key (PKCS #8, PEM, mode 0600) there under this name, for "
                "every process of attendance, and ask again",
            ) from error

    async def issuing(
        self,
        edition: str,
        *,
        occasion: Occasion,
        actor: str,
        expires_at: datetime | None = None,
        replaces: str = "",
    ) -> Callable[[str], IssuePass]:
        """The command that gives a participant a pass, by participant. Raises `Refusal`."""
        key_id = await self.signing_key()
        keys = self._registry.valid_keys()
        at = self._clock()

        def command(participant: str) -> IssuePass:
            return IssuePass(
                occasion=occasion,
                key_id=key_id,
                keys=keys,
                serial_of=lambda ordinal: self.keys.serial(edition, participant, ordinal),
                actor=actor,
                at=at,
                expires_at=expires_at,
                replaces=replaces,
            )

        return command

    async def signing_key(self) -> str:
        """The newest valid key that this process has; the first of all is made here."""
        await self._registry.refresh()
        valid = self._registry.valid_keys()
        if not valid and not self._registry.all_keys():
            return (await self.add_key(BY_ITSELF)).key_id
        for key_id, public_key in valid.items():
            if self.keys.public(key_id) == public_key:
                return key_id
        raise Conflicting(
            "no-pass-key",
            "this process has none of the valid keys of passes in its folder of keys: add a key, "
            "or set IJAZA_KEYS to the folder that all processes of attendance share",
        )

    def state_of(self, serial: str, state: State) -> PassState:
        """How a pass stands now."""
        now = seconds_of(self._clock())
        return state_of(serial, state, self._registry.valid_keys(), now)

    def is_valid(self, state: State) -> bool:
        """Whether the participant has a valid pass now."""
        newest = standing(state)
        return newest is not None and self.state_of(newest[0], state) == "valid"

    def token(self, state: State, serial: str = "") -> str:
        """The token of a participant's standing pass, or of this one.

        Raises `Refusal` if there is none, it is not valid, or its key is not here.
        """
        newest = standing(state)
        if newest is None or (serial and serial not in state.passes):
            raise no_valid_pass("they were given none: issue one first")
        shown = serial or newest[0]
        if (how := self.state_of(shown, state)) != "valid":
            raise no_valid_pass(f"the pass is {how}: issue another one")
        given = state.passes[shown]
        key = self.keys.private(given.key_id)
        if key is None:
            raise Conflicting(
                "pass-key-not-here",
                f"key {given.key_id} of this pass is not in this process's folder of keys: set "
                "IJAZA_KEYS to the folder that all processes of attendance share",
            )
        return sign(
            Claims(state.edition, state.participant, shown, given.expires_at, given.key_id), key
        )


def no_valid_pass(why: str) -> Refusal:
    """The refusal of whatever shows a pass."""
    return Conflicting("no-valid-pass", f"this participant has no valid pass, for {why}")
