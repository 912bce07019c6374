"""Places, institutions and callings of the held-out texts."""

TOWNS = (
    "Tupelo Natchez Vicksburg Hattiesburg Meridian Kinston Goldsboro Hickory Statesville Sumter Florence "
    "Aiken Valdosta Dothan Opelika Decatur Gadsden Sikeston Joplin Sedalia Rolla Hannibal Quincy Galesburg "
    "Moline Kankakee "
    "Ottumwa Keokuk Mankato Bemidji Winona Minot Aberdeen Yankton Kearney Ogallala Salina Emporia Enid "
    "Lawton Ardmore Texarkana Nacogdoches Abilene Odessa Roswell Clovis Farmington Durango Alamosa Elko "
    "Winnemucca Ukiah Eureka Redding "
    "Chico Lodi Visalia Yuma Kingman Prescott Coos_Bay Klamath_Falls Walla_Walla Wenatchee Moscow Missoula "
    "Kalispell Helena Butte Cody Rapid_City Marquette Alpena Saginaw Muskegon Elkhart Terre_Haute Lima "
    "Zanesville Altoona "
    "Johnstown Elmira Utica Plattsburgh Rutland Brattleboro Keene Lewiston Pawtucket Nantucket Vineland "
    "Frostburg Lynchburg Danville Beckley Pikeville Paducah Clarksville Jonesboro Ruston Opelousas Biloxi "
    "Pensacola Ocala Sarasota"
).split()
TOWNS = [name.replace("_", " ") for name in TOWNS]
FOREIGN_TOWNS = [
    name.replace("_", " ")
    for name in "Aberystwyth Llandudno Kilmarnock Paisley Rotherham Grimsby Kidderminster Yeovil Dunedin Rotorua Tauranga Invercargill Polokwane Durban Nakuru Kisumu Hargeisa Tampere Oulu Debrecen Szeged Tbilisi Yerevan "
    "Chiang_Mai Kandy Galle Phnom_Penh Reykjavik Kaunas Ostrava Brno Timisoara Iasi Novi_Sad Suva Apia "
    "Moose_Jaw Thunder_Bay Medicine_Hat Alice_Springs Wagga_Wagga".split()
]
REGIONS = (
    "MS NC SC GA AL MO IL IA MN ND SD NE KS OK TX NM CO NV CA AZ OR WA ID MT WY MI IN OH PA NY VT NH ME RI NJ MD "
    "VA WV KY TN AR LA FL"
).split()
REGION_NAMES = (
    "Mississippi Georgia Alabama Missouri Illinois Iowa Minnesota Nebraska Kansas Oklahoma Texas Colorado Nevada "
    "California Arizona Oregon Montana Michigan Indiana Ohio Vermont Maine Kentucky Tennessee Arkansas Louisiana "
    "Florida"
).split()
NATIONS = (
    "Finland Hungary Georgia Armenia Thailand Cambodia Iceland Lithuania Latvia Romania Serbia Slovakia Slovenia "
    "Malta Cyprus Namibia Botswana Zambia Malawi Angola Mozambique Mongolia Bhutan Brunei Oman Bahrain Libya "
    "Chad Mali Belize Panama Uruguay Paraguay Bolivia Guyana Suriname"
).split()
COUNTIES = (
    "Lauderdale Catawba Lowndes Pulaski Adair Wapello Blue_Earth Ward Buffalo Saline Comanche Chaves Montezuma "
    "Humboldt Mendocino Tulare Yavapai Klamath Chelan Latah Missoula Park Bay Vigo Blair Chemung Windham "
    "Androscoggin Cumberland Marion"
).split()
STREETS = (
    "Larkspur Bramble Thistle Cobblestone Granite Heron Osprey Pelican Sandpiper Juniper_Ridge Old_Mill_Pond "
    "Wagon_Wheel Copper_Kettle Buttonwood Persimmon Sweetgum Tupelo Catalpa Larch Rowan Saddleback Tamarind "
    "Wisteria Yarrow Zinnia Governor_Pratt General_Hobbs Kestrel Lantern Marigold Nettle Orchard_View"
).split()
STREETS = [name.replace("_", " ") for name in STREETS]
STREET_ENDS = (
    "Street Road Lane Avenue Drive Close Row Mews Crossing Path Run Bend Pike Grove Hollow Cove Ct. Blvd St Ave "
    "Rd Ln"
).split()
CLINIC_STARTS = (
    "Larkspur Cottonwood Bitterroot Magnolia Delta Gulf_Coast Piedmont Ozark Badlands Big_Sky Cumberland "
    "Shenandoah Finger_Lakes Penobscot Tidewater Caprock Sawtooth Palouse Umpqua Tamarack Redwood Joshua_Tree "
    "Bluegrass Hoosier Wolverine"
).split()
CLINIC_STARTS = [name.replace("_", " ") for name in CLINIC_STARTS]
CLINIC_ENDS = [
    "District Hospital",
    "Medical Plaza",
    "Physicians Group",
    "Eye Institute",
    "Birthing Center",
    "Osteopathic Hospital",
    "Veterans Medical Center",
    "Community Clinic",
    "Trauma Center",
    "Pediatric Associates",
    "Health Park",
    "Memory Care",
    "Hospital",
    "Clinic",
    "Medical Center",
    "Kidney Center",
    "Convalescent Home",
    "Children's Clinic",
    "Sanatorium",
    "Polyclinic",
    "Medical Campus",
    "Cardiology Consultants",
    "Regional Hospital",
    "Assisted Living",
]
FIRMS = [
    "Tallgrass Feed & Seed",
    "Ironwood Freight",
    "Bluebonnet Credit Union",
    "Kestrel Software",
    "Polar Star Cannery",
    "Halfmoon Diner",
    "Quarterhorse Insurance",
    "Cobalt Mutual",
    "Silverleaf Health Plan",
    "Evergreen Title",
    "Northgate Middle School",
    "Pelican Cruises",
    "Sunrise Dairy",
    "Granite Peak Quarry",
    "Tri-Rivers Transit",
    "Lantern Press",
    "Wheatland Co-op",
    "Harbor Freight Lines",
    "Mesa Verde Outfitters",
    "Oak & Iron Brewing",
    "Delta Regional Airport",
    "Umbrella Corp",
    "Stonebridge College",
    "Maplewood Nursery School",
]
PAYERS = [
    "Silverleaf Health Plan",
    "Cobalt Mutual",
    "Quarterhorse Insurance",
    "PeakCare Advantage",
    "Gulfstream HMO",
    "Union Trades Welfare Fund",
    "Medi-Plus",
    "First Prairie Health",
    "WellSpring PPO",
    "Buckeye Community Plan",
]
JOBS = (
    "beekeeper|cabinet maker|crop duster|school bus driver|tattoo artist|river guide|auctioneer|court clerk|"
    "park ranger|watchmaker|sous chef|barista|paralegal|software tester|crossing guard|dental hygienist|"
    "stonemason|piano tuner|ferry captain|rancher|sheriff's deputy|"
    "oyster farmer|call center agent|yoga instructor|HVAC technician|wind turbine technician|art teacher|"
    "choir director|retired colonel|lobsterman|bank teller|mail sorter|tow truck driver|welder|nurse's aide|"
    "nail technician"
).split("|")
WARDS = [
    "3 Cardinal",
    "Juniper Unit",
    "Ward K4",
    "Harlan Tower 6",
    "West 9",
    "Dogwood Wing",
    "5 Center",
    "Pod H",
    "Larch House",
    "Unit 7 Blue",
    "Sandoval Pavilion",
    "Station 12",
    "B-South",
]
SPOTS = "Heron Point|Mirror Lake|Dead Horse Canyon|Cedar Breaks|the Catskills|Pioneer Plaza|Camp Tamarack|Outlaw Trail|Crater Ridge|Old Town Square|Sawmill Creek|Terminal Island".replace(
    "the ", ""
).split(
    "|"
)
