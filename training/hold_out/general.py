"""Layouts of texts that are not clinical: mail, tickets, invoices, letters of personnel, chat, forms."""

GENERAL = {
    "g_mail": "From: {p:a} <{mail:p}>\nTo: {mail:s}\nSent: {day:} {clock}\nSubject: Change of address\n\nHello {s:1/first},\n\nwe moved on {day:recent}. Our new address is {home}. You can still reach me on {tel}; {k:1/first} is at {tel}.\n\nBest,\n{p:first}",
    "g_ticket": "Ticket {ref} opened {day:} {clock}\nRequester: {user} ({s:1/a})\nHost {ip}, adapter {mac}\nI cannot sign in to {web} since {weekday}. Error 4031 after version 2.11.4. Please call {tel}.\n-- agent {x:1/first}: reset done, sent to {mail:s}.",
    "g_invoice": "INVOICE {ref}\n{firm}\n{home:block}\n\nBill to: {x:1}, {street:x}, {town:x}\nDate {day:}   Due {day:next}\n2 x Chair, oak      $ {n:80-400}.00\n1 x Delivery        $ {n:10-40}.50\nPay by card {card} or to IBAN {iban}. VAT {n:5-21}%.\nContact {x:2}, {tel}, {mail:s}",
    "g_hr": "{firm}\nHuman Resources\n\n{day:}\n\nDear {p:a},\n\nWe are glad to offer you the post of {job}, starting {day:next}. Your manager will be {x:1}. Please send a copy of your passport ({passport}) and social security number {ssn}. Salary goes to account {bankno}. You turn {age} this year, so the pension scheme applies.\n\nYours,\n{x:2}",
    "g_chat": "[{clock}] {x:1/first}: hey is {x:2/first} coming on {weekday}?\n[{clock}] {x:3/first}: yes, bringing {x:4}. pick up at {street:x}\n[{clock}] {x:1/first}: my number changed, {tel}\n[{clock}] {x:3/first}: ok. still living in {town:x}?\n[{clock}] {x:1/first}: moved to {nation} in {day:part} lol",
    "g_order": "Thank you for your order, {p:first}!\nOrder {ref}, placed {day:}\nShip to: {p:a}\n{home:block}\nPhone {tel}\nPaid with Visa {card}\nItems: 1 kettle 1.7 L, 3 mugs.\nTrack at {web}",
    "g_bank": "Dear {title}{p:last},\nOn {day:recent} a transfer of {n:100-9000}.00 EUR left account {iban} for {x:1}. If this was not you, ring {tel} or reply to {mail:s}. Session came from {ip}.\n{firm}",
    "g_police": "STATEMENT\nI, {p:a}, {age}, {job}, of {home}, say: on {day:recent} about {clock} I saw a grey van, plate {car}, outside {firm} in {town:x}. The driver, later known as {x:1}, left towards {county}. I gave my number {tel} to officer {x:2}.",
    "g_school": "Dear parents of {p:a},\n{p:first} was absent on {day:recent} and {day:}. Please send a note to {s:1/a} at {mail:s} or ring {tel}. The trip to {town:x} is on {day:next}. Room 12 is now the art room.\n{x:1}, principal, {firm}",
    "g_lease": "LEASE of {day:} between {x:1} (\"Landlord\") and {p:a} and {k:1/a} (\"Tenants\") for {street}, {town}, {region} {zip}. Rent {n:500-2900} USD, due on the 1st. Deposit to account {bankno}. Tenant vehicle {car}. Notices by mail to {mail:p}.",
    "g_news": "{town:x}, {region:x} - {x:1}, a {job} who has lived in {county} since {day:part}, opened a bakery with {x:2} on {weekday}. \"We hope to stay,\" {x:1/last} said. {firm} will supply the flour. The mayor, {x:3}, cut the ribbon.",
    "g_travel": "Booking {ref}\nPassenger {p:e}\nPassport {passport} ({nation})\nBorn {day:born}\nFlight 812 {day:next} {clock} {town:x}-{town:x}\nSeat 14C. Mail {mail:p}. Emergency: {k:1/a} {tel}",
    "g_log": "{day:} {clock} INFO login user={user} ip={ip} mac={mac}\n{day:} {clock} WARN failed login user={user} ip={ip}\n{day:} {clock} INFO export of 1204 rows in 35 ms to {mail:s}",
    "g_cv": "{p:a}\n{home}\n{tel} - {mail:p} - {web}\n\nBorn {day:born}\n\n{day:part} to {day:part}: {job}, {firm}, {town:x}\nBefore: {job}, {town:x}\nReferences: {x:1}, {x:2}",
    "g_claim": "Claim {ref} under policy {member}\nInsured: {p:b}. Driver: {k:1/a}, licence {lic}. Vehicle {car}. On {day:recent} at {clock} in {town:x} our insured was struck by a truck of {firm}. Damage {n:400-9000} USD. Adjuster {x:1}, {mail:s}.",
    "g_minutes": "Minutes, {day:}\nPresent: {x:1}, {x:2}, {x:3/last}. Excused: {x:4}.\n1. {x:1/first} reported on sales, up 4.2%.\n2. {x:2/first} will visit {firm} in {town:x} on {day:next}.\n3. Next meeting {weekday} {clock}.",
    "g_review": "Visited {firm} in {town:x} on {day:recent}. Our waiter {x:1/first} was kind. Price for two was 48.50. Ask for {x:2}. Posted by {user}",
    "g_plain": "Please restart the printer twice. Version 3.14.15 fixes 12 bugs. May is busy, but we will hire in summer. The brown chair on page 204 costs 89.90. Meeting room on the long side, as in the last case.",
}
G_BANKS = {"none": [""]}
