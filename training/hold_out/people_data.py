"""Names of the held-out texts: peoples that the first generator has no list of, and plain common ones."""

FORENAMES = {
    "F": (
        "Linda Barbara Donna Carol Sharon Kimberly Amy Melissa Stephanie Nicole Brenda Katherine Tiffany "
        "Lauren Megan Brittany "
        "Angharad Bronwen Carys Ffion Gwenllian Lowri Megan Nerys Rhiannon Sioned Aino Eeva Helmi Kaisu "
        "Marjatta Outi Pirkko Sirpa Tuulikki "
        "Boglarka Csilla Dorottya Emese Gyongyi Ildiko Katalin Reka Tunde Zsuzsanna Eka Ketevan Khatuna Lali "
        "Manana Nino Tamar Tinatin "
        "Anahit Araksya Gayane Hasmik Lusine Nare Shushan Siranush Aroha Hinemoa Kiri Mere Ngaire Talia Sina "
        "Leilani Malia Noelani Kealoha "
        "Achara Kanya Malee Nattaya Pimchanok Siriporn Sunisa Wanida Chamari Dilini Ishara Nadeesha Sanduni "
        "Tharushi Bopha Chanthavy Kunthea Sreymom "
        "Asli Deqa Fowsia Hodan Ifrah Ladan Sahra Ubax Lindiwe Nomvula Nonhlanhla Sibongile Thandiwe Zanele "
        "Gudrun Hrafnhildur Ingibjorg Ragnheidur Sigridur "
        "Aiste Daiva Egle Jurate Rasa Vilma Anzela Ilze Liga Zane Bozhena Hedvika Jitka Ludmila Radka Vlasta "
        "Zdenka Anca Crina Doina Ileana Luminita Mihaela Viorica "
        "Biljana Dragana Jelena Ljubica Mirjana Snezana Vesna Nizhoni Winona Aiyana Kaya Delsie Shanique "
        "Latoya Tamika Keisha Marisela"
    ).split(),
    "M": (
        "Gary Larry Scott Jeffrey Brian Kevin Jason Timothy Ronald Kyle Justin Brandon Derek Travis Cody Dustin "
        "Aled Bryn Cledwyn Dafydd Emyr Gethin Gwilym Hywel Idris Llewellyn Rhodri Aarne Eino Heikki Jukka "
        "Kalevi Matti Pekka Reijo Seppo Veikko "
        "Attila Balint Csaba Dezso Ferenc Gabor Istvan Laszlo Sandor Zoltan Avtandil Giorgi Irakli Levan "
        "Merab Otar Shota Zurab "
        "Aram Garegin Hayk Karen Levon Narek Tigran Vardan Hemi Tane Rangi Wiremu Tavita Sione Semisi Fetu Keoni Kimo "
        "Anan Chaiwat Kittisak Niran Prasert Somchai Thanakorn Wichai Chaminda Dinuka Kasun Lahiru Nuwan "
        "Sampath Dara Rithy Sokha Vannak "
        "Abdirahman Cabdi Farhan Guled Liban Mahad Warsame Bheki Jabulani Mandla Sipho Themba Vusi Arnar "
        "Bjarni Einar Gunnlaugur Sigurdur Thorvaldur "
        "Arvydas Darius Gintaras Kestutis Mindaugas Andris Janis Valdis Bohumil Jaromir Lubos Miroslav Radek "
        "Vaclav Zdenek Bogdan Costel Dragos Ionut Nicolae Sorin "
        "Branko Dragan Goran Miodrag Nenad Slobodan Zoran Ahanu Koda Tyrell DeShawn Jamal Marquis Lamar "
        "Cedrick Delroy Winston Leroy"
    ).split(),
}
SURNAMES = (
    (
        "Smith Johnson Williams Miller Davis Wilson Anderson Thomas Thompson Robinson Lewis Clark Allen "
        "Wright Baker Nelson Mitchell Roberts Turner Phillips Evans Parker Collins Morris "
        "Bevan Cadwallader Gethin Gwynne Llewelyn Maddocks Penry Prosser Pugh Trevelyan Ynyswen Ahonen "
        "Haapala Heikkinen Hyvonen Jarvinen Korhonen Laaksonen Makela Niemela Rautiainen Savolainen Virtanen "
        "Balogh Csontos Erdelyi Fekete Horvath Juhasz Kelemen Lakatos Nemeth Orosz Szabo Szekely Torok "
        "Vadasz Beridze Chikovani Dzhaparidze Gelashvili Kiknadze Lomidze Maisuradze Tsereteli "
        "Abrahamyan Avetisyan Ghazaryan Harutyunyan Khachatryan Petrosyan Sargsyan Vardanyan Kahui Ngata "
        "Parata Te|Kanawa Tuhoe Waaka Faleolo Leota Tuilagi Kahananui Kamakau Nakamakau "
        "Boonmee Charoensuk Jaidee Kittikhun Phromphan Rattanakosin Saetang Wongsawat Abeysekera Dissanayake "
        "Gunawardena Jayawardene Karunaratne Liyanage Rajapaksa Wickramasinghe Chhay Keo Meas Phoumsavanh "
        "Sovann "
        "Abdullahi Farah Hersi Jama Nur Warsame Dube Khumalo Mkhize Ndlovu Nkosi Sithole Zungu Arnarsdottir "
        "Bjarnason Einarsson Gudmundsdottir Jonsson Sigurdardottir Thorsteinsson "
        "Balciunas Kazlauskas Petrauskas Stankevicius Berzins Kalnins Ozolins Blazek Cermak Dvorak Hajek "
        "Kucera Novotny Prochazka Svoboda Vesely Constantinescu Dumitrescu Ionescu Munteanu Popescu "
        "Radulescu Stoica "
        "Babic Djordjevic Ilic Jovanovic Kovacevic Markovic Nikolic Petrovic Stankovic Vukovic Begay Tsosie "
        "Yellowhorse Benally Whitefeather Boudreaux Thibodeaux Arceneaux Mouton Washington Jefferson Booker "
        "Gaines Haywood "
        "Poindexter Culpepper Hathaway Lovelace Merriweather Nightingale Pettigrew Quackenbush Rumbelow "
        "Snodgrass Tewksbury Umphrey Vandergriff Wigglesworth Yarborough Zellweger Archambault Bellefontaine "
        "Couillard "
        "Stackpole Threlkeld Oyelaran Mbeki Tshabalala Asfaw Bekele Gebremariam Haile Tesfaye Kipchoge "
        "Mwangi Njoroge Odhiambo Wanjiru Cisneros-Vela Lund-Hvidt Achterberg-Pool "
        "Field Glass Bridge Barber Mann Cannon Wheeler Starr Peake Salt Dove Partridge Pine Stamp Tune Rush "
        "Moon Frost Blessing Merritt Story Power Ransom Speaker Toothman Clinkscales"
    )
    .replace("|", "_")
    .split()
)
SURNAMES = [name.replace("_", " ") for name in SURNAMES]
GERMAN_F = (
    "Hannelore Ursula Christa Gerda Edeltraud Roswitha Mechthild Anneliese Brunhilde Elfriede Kerstin Silke Anja "
    "Nadine Jasmin Svenja Ayşe Sigrun Hildegard Marlies Leonie Karoline Ottilie"
).split()
GERMAN_M = (
    "Jürgen Dieter Günter Helmut Horst Werner Karl-Heinz Hans-Peter Matthias Torsten Sven Holger Björn Kevin "
    "Mehmet Ottokar Winfried Egon Rüdiger Hartmut Leopold Alois Korbinian"
).split()
GERMAN_SURNAMES = (
    (
        "Niedermeier Obermüller Hinterhuber Stoiber Zwickl Grabbe Kloppenburg Petersen Hansen Thomsen "
        "Brinkmann Lüdemann Wübbena Schuhmacher Böttcher Rademacher Steinhoff Kaltenbach Ziegler Wiegand "
        "Schlüter Drews "
        "Kowalczyk Özdemir Pfeiffer Rothaus Süßmilch Tränkle Uhlenbrock Vollmer Wölfel Zschiesche von|Arnim "
        "von|der|Heide zu|Stolberg Käßmann Großkopf Engelhardt-Wolf Jansen Kurz Lang Kühn Sauer Morgenroth "
        "Mai"
    )
    .replace("|", "_")
    .split()
)
GERMAN_SURNAMES = [name.replace("_", " ") for name in GERMAN_SURNAMES]
SPANISH_F = (
    "Amaya Azucena Covadonga Estefanía Genoveva Hortensia Jacinta Leocadia Macarena Obdulia Paloma Rosalía "
    "Sagrario Visitación Zaida Dulce Belinda Nélida Maribel Chelo"
).split()
SPANISH_M = (
    "Anselmo Baltasar Celestino Damián Evaristo Facundo Gervasio Hilario Isidro Lisandro Modesto Nemesio "
    "Patricio Rogelio Severino Teófilo Urbano Venancio Ismael Kepa"
).split()
SPANISH_SURNAMES = (
    "Acebedo Belmonte Cifuentes Doménech Elizalde Feijóo Gándara Huertas Irigoyen Jurado Larrañaga Mascaró "
    "Noriega Orellana Peñalver Quesada Rebollo Salvatierra Tordesillas Uribe Viñuela Zabala Buendía Carvajal "
    "Losada "
    "Mosquera Pantoja Valdivieso Arístegui Bustillo Colmenares Espronceda"
).split()
EPONYM_DOCTORS = (
    "Hickman Foley Murphy Parkinson Crohn Wilson Graves Bell Down Apgar Whipple Kocher Mayo Baker Turner Marfan "
    "Hunt Still Cushing Burch"
).split()

# Plain common names, half of those drawn.
COMMON = {
    "F": (
        "Mary Patricia Linda Susan Jessica Sarah Karen Nancy Lisa Betty Sandra Ashley Emily Donna Michelle Carol Amanda Laura Cynthia "
        "Kathleen Angela Anna Brenda Pamela Emma Nicole Helen Samantha Christine Debra Rachel Maria Diane Janet Julie Joyce Victoria "
        "Christina Kelly Judith Cheryl Martha Andrea Ann Alice Gloria Teresa Doris Rosa Theresa Beverly Denise Marilyn Amber Ruth"
    ).split(),
    "M": (
        "Robert Michael William David Richard Joseph Charles Christopher Daniel Matthew Anthony Mark Donald Steven Paul Andrew Joshua "
        "Kenneth Kevin Brian George Timothy Ronald Jason Edward Jeffrey Ryan Jacob Nicholas Eric Jonathan Stephen Larry Frank Scott "
        "Raymond Gregory Samuel Patrick Alexander Jack Dennis Jerry Tyler Aaron Jose Henry Adam Douglas Nathan Peter Walter Carlos Roger"
    ).split(),
}
COMMON_SURNAMES = (
    "Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez Gonzalez Wilson Anderson Thomas Taylor Moore "
    "Jackson Martin Lee Perez Thompson White Harris Sanchez Clark Ramirez Lewis Robinson Walker Young Allen King Wright Scott Torres Nguyen "
    "Hill Flores Green Adams Nelson Baker Hall Rivera Campbell Mitchell Carter Roberts Gomez Phillips Evans Turner Diaz Parker Cruz Edwards "
    "Collins Reyes Stewart Morris Morales Murphy Cook Rogers Gutierrez Ortiz Morgan Cooper Peterson Bailey Reed Kelly Howard Ramos Kim Cox Ward "
    "Richardson Watson Brooks Chavez Wood James Bennett Gray Mendoza Ruiz Hughes Price Alvarez Castillo Sanders Patel Myers Long Ross Foster"
).split()
