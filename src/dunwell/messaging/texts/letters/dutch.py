"""The letters in Dutch."""

from __future__ import annotations

from dunwell.messaging.texts.letters import parts as p

_VOICE = p.Voice(
    language="nl",
    to_person="Geachte {{ contact.name }},",
    to_nobody="Geachte heer of mevrouw,",
    regards="Met vriendelijke groet,",
    credit=f"Uw tegoed van {p.CREDIT} is daarbij al verrekend.",
    earlier=f"Op {p.LAST} schreven wij u hier voor het laatst over.",
    promised=f"Op {p.PROMISED} liet u ons weten dat u uiterlijk op {p.PAY_ON} zou betalen.",
    write_to=f"U bereikt ons via {p.MAIL}.",
)
_LATE = p.late("1 dag", "dagen")
_STATE = p.open_since(
    f"Factuur {p.NUMBER} is {_LATE} te laat.",
    f"{p.COUNT} facturen zijn te laat, de oudste {_LATE}.",
    f"Er staan {p.COUNT} facturen open, waarvan {p.LATE_COUNT} te laat, de oudste {_LATE}.",
)

DUTCH = (
    _VOICE.letter(
        "before-due",
        p.one_or_more(
            f"Factuur {p.NUMBER}, vervaldatum {p.DUE}", f"{p.COUNT} facturen vervallen binnenkort, {p.TOTAL} in totaal"
        ),
        p.one_or_more(
            f"Een kort bericht vooraf: factuur {p.NUMBER} vervalt op {p.DUE}.",
            f"Een kort bericht vooraf: {p.COUNT} facturen vervallen binnenkort, de eerste op {p.DUE}.",
        )
        + f" Te betalen is {p.TOTAL}."
        + _VOICE.if_credit,
        after="Is uw betaling al onderweg, dan hoeft u niets meer te doen. Klopt er iets niet, laat het ons dan weten.",
    ),
    _VOICE.letter(
        "due-today",
        p.one_or_more(f"Factuur {p.NUMBER} is vervallen", f"{p.COUNT} openstaande facturen, {p.TOTAL} in totaal"),
        p.one_or_more(
            p.due(f"Factuur {p.NUMBER} vervalt vandaag.", f"Factuur {p.NUMBER} verviel op {p.DUE}."),
            f"Er staan {p.COUNT} facturen open; "
            + p.due("de eerste vervalt vandaag.", f"de eerste verviel op {p.DUE}."),
        )
        + f" Wij ontvangen graag uw betaling van {p.TOTAL}."
        + _VOICE.if_credit,
        after="Hebt u net betaald, dan danken wij u: u kunt deze brief als afgedaan beschouwen.",
    ),
    _VOICE.letter(
        "reminder",
        p.one_or_more(f"Herinnering: factuur {p.NUMBER}", f"Herinnering: {p.COUNT} openstaande facturen"),
        p.open_since(
            f"Factuur {p.NUMBER} verviel op {p.DUE} en wij hebben de volledige betaling nog niet ontvangen. "
            "Misschien is zij aan uw aandacht ontsnapt.",
            f"Van {p.COUNT} facturen is de vervaldatum voorbij en wij hebben de volledige betaling nog niet ontvangen. "
            "Misschien zijn zij aan uw aandacht ontsnapt.",
            f"Er staan {p.COUNT} facturen open; van {p.LATE_COUNT} daarvan is de vervaldatum voorbij. "
            "Misschien is er iets aan uw aandacht ontsnapt.",
        )
        + _VOICE.if_promised
        + f" Wilt u {p.TOTAL} betalen?"
        + _VOICE.if_credit,
        after="Hebt u de afgelopen dagen betaald, dan danken wij u: uw betaling en deze brief hebben elkaar gekruist. "
        "Klopt er iets niet of hebt u meer tijd nodig, zeg het ons dan; wij vinden een oplossing.",
    ),
    _VOICE.letter(
        "firm-reminder",
        p.one_or_more(f"Te laat: factuur {p.NUMBER}", f"Te laat: {p.COUNT} openstaande facturen"),
        _STATE + _VOICE.if_earlier + _VOICE.if_promised,
        f"Betaal {p.TOTAL} in de komende dagen, of laat ons weten wanneer wij op uw betaling kunnen rekenen."
        + _VOICE.if_credit,
        after="Is er een reden waarom er nog iets openstaat, schrijf ons dan: een kort antwoord is genoeg, en wij "
        "zoeken samen naar een oplossing. Hebt u inmiddels betaald, dan kunt u deze brief als afgedaan beschouwen.",
    ),
    _VOICE.letter(
        "final-reminder",
        p.one_or_more(
            f"Neem contact met ons op: factuur {p.NUMBER}, {_LATE} te laat",
            f"Neem contact met ons op: {p.COUNT} openstaande facturen",
        ),
        _STATE + _VOICE.if_earlier + _VOICE.if_promised,
        f"Dit is de laatste herinnering die wij langs deze weg sturen. Betaal {p.TOTAL} nu, of noem ons de dag waarop "
        f"u betaalt.{_VOICE.if_credit}",
        after="Hoe het verder gaat: ontvangen wij de komende dagen geen betaling en geen antwoord, dan neemt iemand "
        "van ons team contact met u op om af te spreken hoe wij verdergaan. Kunt u nu niet betalen, zeg het ons dan "
        "meteen; een gezamenlijke oplossing heeft onze voorkeur.",
    ),
)
