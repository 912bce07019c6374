"""Spanish names, places, hospitals and callings, written for this generator."""

WOMEN = (
    "María Carmen Josefa Ana Isabel Laura Cristina Marta Lucía Elena Raquel Sara Paula Silvia Patricia "
    "Montserrat Rosario Teresa Julia Nuria Irene Alba Rocío Andrea Ángeles Encarnación Concepción Margarita "
    "Mercedes Inmaculada Yolanda Sonia Eva Natalia Alicia Amparo Victoria Lorena Nerea Aitana Noelia Gloria "
    "Esther Begoña Miren Ainhoa Leire Edurne Itziar Montse Mireia Laia Meritxell Xiana Sabela Uxía "
    "Consolación "
    "Milagros Asunción Trinidad Remedios Candela Martina Valeria Fátima Yamila Oksana Ximena Guadalupe "
    "Nieves Purificación"
).split()
MEN = (
    "Antonio José Manuel Francisco David Juan Javier Daniel Carlos Jesús Alejandro Miguel Rafael Pablo Pedro "
    "Ángel Sergio Fernando Jorge Luis Alberto Álvaro Adrián Diego Raúl Iván Rubén Enrique Óscar Ramón Andrés "
    "Joaquín Vicente Eduardo Santiago Víctor Mario Roberto Jaime Ignacio Marcos Alfonso Salvador Ricardo "
    "Emilio Gonzalo Nicolás Tomás Agustín Josep Jordi Xavier Oriol Marc Pau Aitor Iker Unai Mikel Gorka "
    "Xabier Brais "
    "Breixo Anxo Hugo Mateo Bruno Eloy Fermín Saturnino Eutimio Wenceslao Youssef Mohamed Ion"
).split()
SURNAMES = (
    (
        "García González Rodríguez Fernández López Martínez Sánchez Pérez Gómez Martín Jiménez Ruiz "
        "Hernández Díaz Moreno Álvarez Muñoz Romero Alonso Gutiérrez Navarro Torres Domínguez Vázquez Ramos "
        "Gil Ramírez Serrano "
        "Blanco Suárez Molina Morales Ortega Delgado Castro Ortiz Rubio Marín Sanz Iglesias Núñez Medina "
        "Garrido Santos Castillo Cortés Lozano Guerrero Cano Prieto Méndez Calvo Cruz Gallego Vidal León "
        "Márquez Herrera Peña "
        "Flores Cabrera Campos Vega Fuentes Carrasco Caballero Reyes Nieto Aguilar Pascual Herrero Santana "
        "Lorenzo Montero Hidalgo Giménez Ibáñez Ferrer Durán Vicente Benítez Mora Arias Santiago Carmona "
        "Crespo Pastor Soto "
        "Sáez Velasco Moya Soler Parra Esteban Bravo Gallardo Rojas Echevarría Etxeberria Goikoetxea Urrutia "
        "Arrieta Iturralde Zubizarreta Puigdomènech Casanovas Farré Roca Bosch Puig Riera Ferreiro "
        "Castiñeira Loureiro "
        "Figueroa Seoane Barreiro Quintana Zorrilla Villalba Tejedor Zapatero Cordero Ballesteros Escribano "
        "Manrique Ansúrez de|la|Fuente de|Haro del|Río de|la|Cruz Del|Pozo San|Martín Zurita Monedero "
        "Calatrava Barrientos "
        "Ñíguez Yáñez Úbeda Bermejo Pardo Rey Conde Duque Abad Monje Franco Bueno Rico Cuesta Valle Ribera "
        "Rosales Naranjo Cerezo Olmo Pinto"
    )
    .replace("|", "_")
    .split()
)
SURNAMES = [name.replace("_", " ") for name in SURNAMES]
CITIES = {
    name.replace("_", " "): code
    for name, code in (
        pair.split(":")
        for pair in (
            "Madrid:28 Barcelona:08 Valencia:46 Sevilla:41 Zaragoza:50 Málaga:29 Murcia:30 "
            "Palma_de_Mallorca:07 Bilbao:48 Alicante:03 Córdoba:14 Valladolid:47 Vigo:36 Gijón:33 Vitoria:01 "
            "Granada:18 Elche:03 Oviedo:33 Badalona:08 "
            "Cartagena:30 Jerez_de_la_Frontera:11 Sabadell:08 Móstoles:28 Pamplona:31 Almería:04 "
            "San_Sebastián:20 Burgos:09 Santander:39 Castellón:12 Albacete:02 Alcorcón:28 Getafe:28 "
            "Logroño:26 Badajoz:06 Salamanca:37 Huelva:21 "
            "Lleida:25 Tarragona:43 León:24 Cádiz:11 Jaén:23 Ourense:32 Lugo:27 Girona:17 "
            "Santiago_de_Compostela:15 Cáceres:10 Guadalajara:19 Toledo:45 Pontevedra:36 Palencia:34 "
            "Ciudad_Real:13 Zamora:49 Ávila:05 Cuenca:16 Huesca:22 "
            "Segovia:40 Soria:42 Teruel:44 Ferrol:15 Mérida:06 Ponferrada:24 Plasencia:10 Linares:23 "
            "Motril:18 Lorca:30 Gandía:46 Manresa:08 Reus:43 Barakaldo:48 Tudela:31 Calahorra:26 Utrera:41 "
            "Villena:03"
        ).split()
    )
}
PROVINCES = (
    (
        "Madrid Barcelona Sevilla Vizcaya Guipúzcoa Navarra Asturias Cantabria Galicia Andalucía Cataluña Murcia "
        "Badajoz Toledo Jaén Las|Palmas Tenerife Castellón Álava"
    )
    .replace("|", "_")
    .split()
)
STREET_NAMES = (
    "Mayor Real Nueva Ancha Goya Velázquez Serrano Alcalá San_José San_Juan Santa_Ana la_Paz la_Constitución "
    "Colón Cervantes las_Flores los_Olivos Castilla Aragón Cataluña Europa América la_Estación la_Iglesia "
    "Miguel_Hernández Federico_García_Lorca Doctor_Fleming Ramón_y_Cajal Isaac_Peral Blasco_Ibáñez Gran_Vía "
    "las_Heras Príncipe_Pío Virgen_del_Carmen el_Pilar Antonio_Machado los_Almendros las_Acacias"
).split()
SAINTS = (
    "La_Paz San_Juan Santa_María Virgen_de_la_Luz Nuestra_Señora_del_Rosario Río_Ebro Valle_Alto Sierra_Norte "
    "Príncipe_Felipe Reina_Isabel San_Roque Santa_Bárbara Los_Montalvos Campo_Grande Infanta_Leonor Bahía_Sur "
    "El_Olivar"
).split()
COUNTRIES = (
    ["España"] * 8
    + "Marruecos Ecuador Colombia Perú Rumanía Argentina Bolivia Venezuela Ucrania Senegal Francia Portugal Italia China Cuba Brasil Chile México Alemania".split()
)
PROFESSIONS = (
    "albañil camarero camarera maestra profesor jubilado_de_la_construcción agricultor ganadero "
    "conductor_de_autobús taxista carpintero electricista fontanero enfermera farmacéutica administrativa "
    "abogada ingeniero "
    "informático minero pescador panadero cocinero dependienta peluquera policía_local bombero militar "
    "soldador mecánico jardinero costurera ama_de_casa estudiante veterinario modista pastor vendimiador"
).split()
DRUGS = (
    "paracetamol 1 g/8 h|omeprazol 20 mg/24 h|amoxicilina-clavulánico 875/125 mg cada 8 horas|enalapril 10 "
    "mg/12 h|metformina 850 mg en desayuno y cena|Adiro 100 mg/24 h|Sintrom según pauta|prednisona 30 mg/día|"
    "furosemida 40 mg/24 h|"
    "tamsulosina 0,4 mg/24 h|ceftriaxona 2 g/24 h iv|enoxaparina 40 mg sc|insulina glargina 20 UI|Nolotil si "
    "dolor|levotiroxina 75 mcg/24 h|atorvastatina 40 mg por la noche"
).split("|")
