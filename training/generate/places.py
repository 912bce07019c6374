"""Places and addresses of ten countries, partly known and partly made up."""

from .names import made_up

STATES = dict(
    pair.split(":")
    for pair in (
        "AL:Alabama AK:Alaska AZ:Arizona AR:Arkansas CA:California CO:Colorado CT:Connecticut DE:Delaware "
        "FL:Florida GA:Georgia HI:Hawaii "
        "ID:Idaho IL:Illinois IN:Indiana IA:Iowa KS:Kansas KY:Kentucky LA:Louisiana ME:Maine MD:Maryland "
        "MA:Massachusetts MI:Michigan "
        "MN:Minnesota MS:Mississippi MO:Missouri MT:Montana NE:Nebraska NV:Nevada NH:New_Hampshire "
        "NJ:New_Jersey NM:New_Mexico NY:New_York "
        "NC:North_Carolina ND:North_Dakota OH:Ohio OK:Oklahoma OR:Oregon PA:Pennsylvania RI:Rhode_Island "
        "SC:South_Carolina SD:South_Dakota "
        "TN:Tennessee TX:Texas UT:Utah VT:Vermont VA:Virginia WA:Washington WV:West_Virginia WI:Wisconsin "
        "WY:Wyoming PR:Puerto_Rico"
    ).split()
)
STATES = {code: name.replace("_", " ") for code, name in STATES.items()}
US_CITIES = [
    city.replace("_", " ")
    for city in (
        "Boston Worcester Lowell Springfield Quincy Albany Buffalo Rochester Syracuse Yonkers Newark Trenton "
        "Camden Hoboken Pittsburgh Erie "
        "Allentown Scranton Baltimore Annapolis Richmond Norfolk Roanoke Raleigh Durham Charlotte Asheville "
        "Columbia Charleston Savannah "
        "Macon Atlanta Jacksonville Tampa Miami Orlando Tallahassee Mobile Huntsville Montgomery Birmingham "
        "Jackson Biloxi Memphis Nashville "
        "Knoxville Chattanooga Louisville Lexington Cincinnati Dayton Toledo Akron Cleveland Columbus "
        "Detroit Flint Lansing Kalamazoo "
        "Grand_Rapids Indianapolis Fort_Wayne South_Bend Gary Chicago Peoria Joliet Naperville Milwaukee "
        "Madison Green_Bay Duluth Minneapolis "
        "St._Paul Des_Moines Cedar_Rapids Dubuque St._Louis Kansas_City Topeka Wichita Omaha Lincoln Fargo "
        "Sioux_Falls Bismarck Billings "
        "Bozeman Boise Pocatello Cheyenne Denver Boulder Pueblo Fort_Collins Salt_Lake_City Provo "
        "Albuquerque Santa_Fe Las_Cruces Phoenix "
        "Tucson Mesa Flagstaff Las_Vegas Reno Sacramento Fresno Bakersfield Oakland San_Jose San_Diego "
        "Los_Angeles Long_Beach Anaheim "
        "Santa_Ana Riverside Eureka Portland Eugene Salem Bend Seattle Tacoma Spokane Yakima Anchorage "
        "Juneau Honolulu Hilo Houston Dallas "
        "Austin San_Antonio El_Paso Lubbock Amarillo Waco Laredo Corpus_Christi Tulsa Norman Little_Rock "
        "Fayetteville Shreveport New_Orleans "
        "Baton_Rouge Lafayette Burlington Montpelier Concord Manchester Nashua Bangor Augusta Providence "
        "Warwick Hartford New_Haven Stamford "
        "Bridgeport Wilmington Dover Bethesda Rockville Alexandria Arlington Hope Surprise Price Orange Bath "
        "Reading Mobile Truth Deadwood "
        "Mission Plano Independence Normal Corning Sandy Golden Pearl Ada Opp Ely Why Paris Cairo Athens "
        "Rome Vienna Lima"
    ).split()
]
WORLD_PLACES = {
    "GB": (
        "Leeds Sheffield Bradford Bristol Norwich Exeter Plymouth Swansea Cardiff Wrexham Dundee Aberdeen "
        "Inverness Stirling Belfast Derry "
        "Carlisle Durham Hexham Whitby Scarborough Kettering Luton Slough Guildford Croydon Hove Penzance "
        "Truro Taunton Ludlow Oswestry",
        "Kent Essex Devon Norfolk Cumbria Cheshire Surrey Lancashire Shropshire Powys Fife County_Down",
    ),
    "CA": (
        "Toronto Ottawa Hamilton Kitchener Sudbury Winnipeg Brandon Regina Saskatoon Calgary Edmonton "
        "Lethbridge Kelowna Victoria Nanaimo "
        "Halifax Moncton Fredericton Montreal Laval Gatineau Sherbrooke Trois-Rivieres Whitehorse "
        "Yellowknife Mississauga",
        "ON QC BC AB MB SK NS NB NL PE Ontario Quebec Alberta Manitoba",
    ),
    "AU": (
        "Parramatta Wollongong Newcastle Dubbo Bendigo Ballarat Geelong Cairns Townsville Toowoomba Hobart "
        "Launceston Adelaide Fremantle "
        "Bunbury Darwin Canberra Penrith Bondi Footscray Mildura Ipswich",
        "NSW VIC QLD SA WA TAS NT ACT",
    ),
    "IE": (
        "Cork Galway Limerick Waterford Sligo Tralee Ennis Athlone Drogheda Dundalk Navan Tullamore "
        "Letterkenny Ballina Clonmel Bray",
        "Co._Cork Co._Kerry Co._Mayo Co._Clare Co._Meath Co._Donegal Co._Galway",
    ),
    "IN": (
        "Mumbai Pune Nagpur Nashik Chennai Madurai Coimbatore Hyderabad Bengaluru Mysuru Kochi Kolkata Patna "
        "Lucknow Kanpur Jaipur Udaipur "
        "Ahmedabad Surat Vadodara Indore Bhopal Chandigarh Amritsar Ludhiana Guwahati Bhubaneswar",
        "Maharashtra Karnataka Kerala Gujarat Punjab Rajasthan Tamil_Nadu Telangana Bihar",
    ),
    "DE": (
        "Hamburg Bremen Hannover Kassel Goettingen Marburg Giessen Fulda Wuerzburg Nuernberg Augsburg "
        "Regensburg Ulm Freiburg Mannheim "
        "Heidelberg Koblenz Trier Bonn Essen Dortmund Bielefeld Rostock Leipzig Dresden Erfurt Jena",
        "Bayern Hessen Sachsen",
    ),
    "FR": (
        "Lyon Grenoble Dijon Nancy Strasbourg Lille Amiens Rouen Caen Rennes Nantes Angers Tours Poitiers "
        "Limoges Bordeaux Toulouse "
        "Montpellier Nimes Avignon Toulon Nice Annecy Besancon Reims Metz",
        "Bretagne Normandie Alsace",
    ),
    "ES": (
        "Madrid Sevilla Valencia Zaragoza Malaga Murcia Bilbao Vigo Oviedo Santander Burgos Salamanca Toledo "
        "Cuenca Albacete Cordoba "
        "Granada Almeria Huelva Cadiz Badajoz Lleida Girona Tarragona Pamplona",
        "Andalucia Galicia Asturias",
    ),
    "NL": (
        "Utrecht Groningen Leeuwarden Zwolle Deventer Apeldoorn Arnhem Nijmegen Eindhoven Tilburg Breda "
        "Dordrecht Delft Leiden Haarlem "
        "Alkmaar Hoorn Almere Enschede Maastricht Venlo",
        "Limburg Friesland Zeeland",
    ),
}
WORLD_PLACES = {
    code: tuple([name.replace("_", " ") for name in part.split()] for part in parts)
    for code, parts in WORLD_PLACES.items()
}
COUNTRY_NAMES = {
    "US": ["USA", "United States", "U.S.A.", "US"],
    "GB": ["United Kingdom", "UK", "England", "Scotland", "Wales"],
    "CA": ["Canada"],
    "AU": ["Australia"],
    "IE": ["Ireland"],
    "IN": ["India"],
    "DE": ["Germany"],
    "FR": ["France"],
    "ES": ["Spain"],
    "NL": ["Netherlands", "The Netherlands"],
}
COUNTRIES = [
    name.replace("_", " ")
    for name in (
        "Mexico Guatemala El_Salvador Honduras Nicaragua Colombia Venezuela Ecuador Peru Brazil Chile "
        "Argentina Cuba Haiti Jamaica "
        "Dominican_Republic Trinidad Barbados India Pakistan Bangladesh Nepal Sri_Lanka China Taiwan Japan "
        "South_Korea Vietnam Laos Cambodia "
        "Thailand Myanmar Philippines Indonesia Malaysia Singapore Iran Iraq Syria Lebanon Jordan Israel "
        "Egypt Morocco Algeria Tunisia Sudan "
        "Ethiopia Eritrea Somalia Kenya Uganda Tanzania Rwanda Nigeria Ghana Senegal Liberia Sierra_Leone "
        "Cameroon South_Africa Zimbabwe Congo "
        "Poland Ukraine Russia Romania Bulgaria Greece Turkey Italy Portugal Spain France Germany Austria "
        "Switzerland Belgium Sweden Norway "
        "Denmark Finland Estonia Latvia Lithuania Georgia Armenia Albania Kosovo Bosnia Croatia Serbia "
        "Hungary Iceland Australia New_Zealand "
        "Fiji Samoa Tonga Canada Ireland Afghanistan Uzbekistan Kazakhstan Yemen Saudi_Arabia Kuwait Qatar"
    ).split()
]
US_COUNTIES = [
    f"{name} County"
    for name in (
        "Suffolk Middlesex Norfolk Essex Orange Kings Cook Wayne Oakland Macomb Hennepin Ramsey Dane Polk "
        "Story Shawnee Douglas Lancaster "
        "Tarrant Harris Bexar Travis Hidalgo Maricopa Pima Clark Washoe Kern Marin Alameda Sonoma Lane "
        "Benton King Pierce Ada Canyon Cass "
        "Beltrami Cayuga Niagara Erie Bucks Chester Luzerne Harford Fairfax Loudoun Wake Guilford Fulton "
        "Cobb Duval Leon Shelby Davidson"
    ).split()
]
_STREET_NAMES = [
    name.replace("_", " ")
    for name in (
        "Main Oak Maple Elm Pine Cedar Walnut Chestnut Willow Birch Spruce Hickory Magnolia Juniper Church "
        "School Mill Water Spring Lake River "
        "Hill Ridge Valley Meadow Park Garden Forest Sunset Prospect Highland Pleasant Center Union Liberty "
        "Franklin Jefferson Jackson Madison "
        "Monroe Adams Lincoln Grant Sherman Washington Martin_Luther_King_Jr. County_Line Old_Post "
        "Stagecoach Quarry Tanglewood Whispering_Pines "
        "Fox_Hollow Deer_Run Eagle_Crest Harbor_View 2nd 3rd 5th 14th 42nd 103rd First Second Ninth "
        "Avenue_of_the_Pines Sycamore Dogwood "
        "Blueberry Cranberry Bayberry Windmill Schoolhouse Turnpike Canal Ferry Railroad Depot Foundry"
    ).split()
]
_STREET_KINDS = (
    "Street St St. Avenue Ave Ave. Road Rd Rd. Lane Ln Drive Dr Dr. Court Ct Boulevard Blvd Blvd. Place Pl "
    "Terrace Ter Way Circle Cir "
    "Parkway Pkwy Highway Hwy Trail Trl Square Loop Alley Crescent"
).split()
_UNITS = [
    "Apt {n}",
    "Apt. {n}{l}",
    "Apt #{n}",
    "Unit {n}",
    "#{n}{l}",
    "Suite {h}",
    "Ste {h}",
    "Ste. {h}",
    "Floor {n}",
    "Bldg {l}",
    "Lot {n}",
    "Flat {n}{l}",
]
_TOWN_STARTS = (
    "Ash Black Brook Clear Cold Deer East Elk Fair Glen Green Har Hazel High Kings Lake Long Maple Mill New "
    "North Oak Pine Red Ridge Rock Rose "
    "Salt Silver South Stan Sunny Thorn West White Wind Wood".split()
)
_TOWN_ENDS = (
    "borough bridge brook bury by creek dale field ford gate ham haven hurst land mont mouth port shire side "
    "stead ton town vale view ville water "
    "wick wood worth".split()
)
LOCATIONS = [
    name.replace("_", " ")
    for name in (
        "Camp_Pinehurst Lake_Winnetka Fort_Halvard Yellowstone Cape_Cod Lincoln_Park Grand_Canyon "
        "Bryant_Park Prospect_Heights Mount_Aldrin "
        "Logan_Airport O'Hare the_Bronx Brooklyn Queens Back_Bay South_Side East_Harlem Outer_Banks "
        "Lake_Tahoe Chesapeake_Bay Rocky_Mountains Pier_39 "
        "Route_66 I-95 Interstate_40 Highway_101 Blue_Ridge Everglades Camp_Lejeune Fort_Bragg Walden_Pond "
        "Mohawk_Valley Puget_Sound"
    ).split()
]


def town(rng):
    """A town that no list holds."""
    if rng.random() < 0.25:
        return rng.choice(["Mount ", "Lake ", "Port ", "Fort ", "St. ", "North ", "East ", "New ", "Upper "]) + made_up(
            rng, _TOWN_ENDS, 1
        )
    start = rng.choice(_TOWN_STARTS)
    end = rng.choice(_TOWN_ENDS)
    return (
        start + end
        if rng.random() < 0.7
        else f"{start}{rng.choice(_TOWN_ENDS)} {rng.choice(['Falls', 'Springs', 'Heights', 'Park', 'Junction', 'Beach', 'Hills'])}"
    )


def street(rng, country, surname):
    """A street line in the manner of a country."""
    name = surname if rng.random() < 0.25 else rng.choice(_STREET_NAMES)
    number = str(rng.choice([rng.randint(1, 99), rng.randint(100, 999), rng.randint(1000, 19999)]))
    if country == "DE":
        return f"{name.replace(' ', '-')}{rng.choice(['straße', 'strasse', 'str.', 'weg', '-Allee', 'gasse', 'platz'])} {rng.randint(1, 199)}{rng.choice(['', '', 'a', 'b'])}"
    if country == "FR":
        return f"{rng.randint(1, 160)}{rng.choice(['', ' bis', ' ter'])}{rng.choice([',', ''])} {rng.choice(['rue', 'avenue', 'boulevard', 'impasse', 'place'])} {rng.choice(['de la ', 'des ', 'du ', ''])}{name}"
    if country == "ES":
        return f"{rng.choice(['Calle', 'C/', 'Avenida', 'Avda.', 'Plaza', 'Paseo', 'Ronda'])} {rng.choice(['de ', 'del ', ''])}{name}, {rng.randint(1, 210)}{rng.choice(['', ', 3º B', ', 1º izda.', ' bajo'])}"
    if country == "NL":
        return f"{name.replace(' ', '')}{rng.choice(['straat', 'laan', 'weg', 'gracht', 'plein', 'kade'])} {rng.randint(1, 380)}{rng.choice(['', '-A', ' II', 'bis'])}"
    if country == "IN":
        return f"{rng.choice(['Flat', 'H.No.', 'Plot'])} {rng.randint(1, 400)}, {rng.choice(['Sector ' + str(rng.randint(1, 60)), name + ' Nagar', name + ' Colony', name + ' Marg'])}"
    if country == "US" and rng.random() < 0.09:
        return rng.choice(
            [
                f"P.O. Box {number}",
                f"PO Box {number}",
                f"RR {rng.randint(1, 9)} Box {number}",
                f"Rural Route {rng.randint(1, 9)}",
            ]
        )
    kind = rng.choice(_STREET_KINDS)
    if name[0].isdigit() and rng.random() < 0.5:
        kind = rng.choice(["St", "Ave", "Street", "Avenue"])
    line = f"{number} {rng.choice(['N. ', 'N ', 'S ', 'West ', 'E. ', 'SW ', 'NE ']) if rng.random() < 0.12 else ''}{name} {kind}"
    if rng.random() < 0.22:
        unit = rng.choice(_UNITS).format(n=rng.randint(1, 40), l=rng.choice("ABCD"), h=rng.randint(100, 990))
        line += rng.choice([", ", " "]) + unit
    return line


def postcode(rng, country):
    """A postal code."""
    d = lambda count: "".join(rng.choices("0123456789", k=count))
    a = lambda count: "".join(rng.choices("ABCDEFGHJKLMNPRSTUWXY", k=count))
    if country == "US":
        return d(5) + (f"-{d(4)}" if rng.random() < 0.15 else "")
    if country == "GB":
        return f"{a(rng.choice([1, 2]))}{rng.randint(1, 39)} {d(1)}{a(2)}"
    if country == "CA":
        return f"{a(1)}{d(1)}{a(1)}{rng.choice([' ', '', '-'])}{d(1)}{a(1)}{d(1)}"
    if country == "AU":
        return rng.choice("234567") + d(3)
    if country == "IE":
        return f"{a(1)}{d(2)} {a(1)}{d(1)}{a(1)}{d(1)}"
    if country == "IN":
        return rng.choice("12345678") + d(2) + rng.choice([" ", ""]) + d(3)
    if country == "NL":
        return f"{rng.randint(1000, 9999)} {a(2)}"
    return f"{rng.randint(1001, 99998):05}"
