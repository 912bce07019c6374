"""Spanish names, places, hospitals and sentences, written for this generator."""

WOMEN = ("María Carmen Josefa Ana Isabel Laura Cristina Marta Lucía Elena Raquel Sara Paula Silvia Patricia Montserrat Rosario Teresa Julia Nuria Irene Alba Rocío Andrea Ángeles Encarnación Concepción Margarita "
         "Mercedes Inmaculada Yolanda Sonia Eva Natalia Alicia Amparo Victoria Lorena Nerea Aitana Noelia Gloria Esther Begoña Miren Ainhoa Leire Edurne Itziar Montse Mireia Laia Meritxell Xiana Sabela Uxía Consolación "
         "Milagros Asunción Trinidad Remedios Candela Martina Valeria Fátima Yamila Oksana Ximena Guadalupe Nieves Purificación").split()
MEN = ("Antonio José Manuel Francisco David Juan Javier Daniel Carlos Jesús Alejandro Miguel Rafael Pablo Pedro Ángel Sergio Fernando Jorge Luis Alberto Álvaro Adrián Diego Raúl Iván Rubén Enrique Óscar Ramón Andrés "
       "Joaquín Vicente Eduardo Santiago Víctor Mario Roberto Jaime Ignacio Marcos Alfonso Salvador Ricardo Emilio Gonzalo Nicolás Tomás Agustín Josep Jordi Xavier Oriol Marc Pau Aitor Iker Unai Mikel Gorka Xabier Brais "
       "Breixo Anxo Hugo Mateo Bruno Eloy Fermín Saturnino Eutimio Wenceslao Youssef Mohamed Ion").split()
SURNAMES = ("García González Rodríguez Fernández López Martínez Sánchez Pérez Gómez Martín Jiménez Ruiz Hernández Díaz Moreno Álvarez Muñoz Romero Alonso Gutiérrez Navarro Torres Domínguez Vázquez Ramos Gil Ramírez Serrano "
            "Blanco Suárez Molina Morales Ortega Delgado Castro Ortiz Rubio Marín Sanz Iglesias Núñez Medina Garrido Santos Castillo Cortés Lozano Guerrero Cano Prieto Méndez Calvo Cruz Gallego Vidal León Márquez Herrera Peña "
            "Flores Cabrera Campos Vega Fuentes Carrasco Caballero Reyes Nieto Aguilar Pascual Herrero Santana Lorenzo Montero Hidalgo Giménez Ibáñez Ferrer Durán Vicente Benítez Mora Arias Santiago Carmona Crespo Pastor Soto "
            "Sáez Velasco Moya Soler Parra Esteban Bravo Gallardo Rojas Echevarría Etxeberria Goikoetxea Urrutia Arrieta Iturralde Zubizarreta Puigdomènech Casanovas Farré Roca Bosch Puig Riera Ferreiro Castiñeira Loureiro "
            "Figueroa Seoane Barreiro Quintana Zorrilla Villalba Tejedor Zapatero Cordero Ballesteros Escribano Manrique Ansúrez de|la|Fuente de|Haro del|Río de|la|Cruz Del|Pozo San|Martín Zurita Monedero Calatrava Barrientos "
            "Ñíguez Yáñez Úbeda Bermejo Pardo Rey Conde Duque Abad Monje Franco Bueno Rico Cuesta Valle Ribera Rosales Naranjo Cerezo Olmo Pinto").replace("|", "_").split()
SURNAMES = [name.replace("_", " ") for name in SURNAMES]
CITIES = {name.replace("_", " "): code for name, code in (pair.split(":") for pair in (
    "Madrid:28 Barcelona:08 Valencia:46 Sevilla:41 Zaragoza:50 Málaga:29 Murcia:30 Palma_de_Mallorca:07 Bilbao:48 Alicante:03 Córdoba:14 Valladolid:47 Vigo:36 Gijón:33 Vitoria:01 Granada:18 Elche:03 Oviedo:33 Badalona:08 "
    "Cartagena:30 Jerez_de_la_Frontera:11 Sabadell:08 Móstoles:28 Pamplona:31 Almería:04 San_Sebastián:20 Burgos:09 Santander:39 Castellón:12 Albacete:02 Alcorcón:28 Getafe:28 Logroño:26 Badajoz:06 Salamanca:37 Huelva:21 "
    "Lleida:25 Tarragona:43 León:24 Cádiz:11 Jaén:23 Ourense:32 Lugo:27 Girona:17 Santiago_de_Compostela:15 Cáceres:10 Guadalajara:19 Toledo:45 Pontevedra:36 Palencia:34 Ciudad_Real:13 Zamora:49 Ávila:05 Cuenca:16 Huesca:22 "
    "Segovia:40 Soria:42 Teruel:44 Ferrol:15 Mérida:06 Ponferrada:24 Plasencia:10 Linares:23 Motril:18 Lorca:30 Gandía:46 Manresa:08 Reus:43 Barakaldo:48 Tudela:31 Calahorra:26 Utrera:41 Villena:03").split())}
PROVINCES = "Madrid Barcelona Sevilla Vizcaya Guipúzcoa Navarra Asturias Cantabria Galicia Andalucía Cataluña Murcia Badajoz Toledo Jaén Las|Palmas Tenerife Castellón Álava".replace("|", "_").split()
STREET_NAMES = ("Mayor Real Nueva Ancha Goya Velázquez Serrano Alcalá San_José San_Juan Santa_Ana la_Paz la_Constitución Colón Cervantes las_Flores los_Olivos Castilla Aragón Cataluña Europa América la_Estación la_Iglesia "
                "Miguel_Hernández Federico_García_Lorca Doctor_Fleming Ramón_y_Cajal Isaac_Peral Blasco_Ibáñez Gran_Vía las_Heras Príncipe_Pío Virgen_del_Carmen el_Pilar Antonio_Machado los_Almendros las_Acacias").split()
SAINTS = "La_Paz San_Juan Santa_María Virgen_de_la_Luz Nuestra_Señora_del_Rosario Río_Ebro Valle_Alto Sierra_Norte Príncipe_Felipe Reina_Isabel San_Roque Santa_Bárbara Los_Montalvos Campo_Grande Infanta_Leonor Bahía_Sur El_Olivar".split()
COUNTRIES = ["España"] * 8 + "Marruecos Ecuador Colombia Perú Rumanía Argentina Bolivia Venezuela Ucrania Senegal Francia Portugal Italia China Cuba Brasil Chile México Alemania".split()
PROFESSIONS = ("albañil camarero camarera maestra profesor jubilado_de_la_construcción agricultor ganadero conductor_de_autobús taxista carpintero electricista fontanero enfermera farmacéutica administrativa abogada ingeniero "
               "informático minero pescador panadero cocinero dependienta peluquera policía_local bombero militar soldador mecánico jardinero costurera ama_de_casa estudiante veterinario modista pastor vendimiador").split()
BANKS = {
    "intro": [
        "Paciente {varon} de {age}, {#antecedente}, que acude a [Urgencias|consulta|nuestro servicio] por {#motivo} de {dur} de evolución.", "Se trata de {un} {varon} de {age}, natural de {city:otra} y residente en {city}, {prof}, que consulta por {#motivo}.",
        "{Varon} de {age} remitid{o} desde {hosp:otro} por {#motivo}.", "Niñ{o} de {ageninho} traíd{o} por su {relw}, {reln:a/first}, por {#motivo}.", "{pt:first} es {un} {varon} de {age} sin alergias conocidas que ingresa por {#motivo}.", "{Varon} de {age}, fumador de {n:5-40} cigarrillos/día, con {#antecedente}."],
    "antecedente": ["antecedentes de hipertensión arterial y diabetes mellitus tipo 2", "sin antecedentes de interés", "intervenid{o} de apendicectomía en {year}", "diagnosticad{o} de enfermedad de Crohn en {year}", "portador de marcapasos (n.º de serie {device})", "con síndrome de Sjögren y fenómeno de Raynaud",
                    "con enfermedad de Parkinson en tratamiento con levodopa", "alérgic{o} a la penicilina", "con linfoma de Hodgkin en remisión", "exfumador desde {year}", "con hepatitis C y cirrosis Child-Pugh B"],
    "motivo": ["dolor abdominal", "hematuria macroscópica", "disnea de esfuerzo", "fiebre y tos", "cefalea holocraneal", "dolor torácico", "síncope", "pérdida de peso", "tumefacción testicular", "dolor lumbar irradiado a miembro inferior izquierdo", "disminución de la agudeza visual", "masa cervical"],
    "enfermedad": [
        "Refiere inicio del cuadro {when}, sin fiebre termometrada.", "Había sido valorad{o} en {hosp:otro} el {date:prev}, donde se pautó {drug}.", "Ingresó el {date:} a cargo {deldr}.", "En {fechaparcial} fue intervenid{o} por {eldr} mediante técnica de Whipple.", "Su {relw}, {reln:a/fl}, refiere que no come desde {when}.",
        "Niega consumo de alcohol. Trabaja como {prof} en {org}.", "Vive en {city} con su {relw}.", "Viajó a {country} en {fechaparcial}.", "Contacto de emergencia: {reln:a/fl}, teléfono {phone}.", "No refiere alergias medicamentosas.", "Fue dad{o} de alta el {date:}.", "En el año {year} presentó un episodio similar."],
    "exploracion": [
        "A la exploración: TA {n:90-180}/{n:50-100} mmHg, FC {n:50-120} lpm, Tª {n:35-39},{n:0-9} ºC, SatO2 {n:88-100}%.", "Abdomen blando, depresible, signo de Murphy negativo, signo de Blumberg negativo.", "Auscultación cardíaca rítmica, sin soplos.", "Signo de Babinski negativo, Glasgow 15.", "Maniobra de Valsalva positiva.",
        "Tacto rectal con próstata grado II/IV.", "Edemas con fóvea hasta rodillas, signo de Homans negativo.", "Adenopatía laterocervical de {n:1-5} cm.", "Test de Lasègue positivo a {n:30-60}º, nivel L4-L5.", "Agudeza visual {n:1-9}/10 en la cartilla de Snellen."],
    "pruebas": [
        "Hemograma: Hb {n:7-16},{n:0-9} g/dl, leucocitos {n:3-18}.{n:100-900}/mm3, plaquetas {n:90-400}.000.", "Bioquímica: glucosa {n:70-300} mg/dl, creatinina {n:0-3},{n:0-9} mg/dl, PCR {n:1-200} mg/l.", "TAC abdominopélvico ({date:}): masa de {n:2-9} x {n:1-8} cm.", "Ecografía Doppler sin hallazgos.", "RM: hernia discal L5-S1, T2 hiperintenso.",
        "Anatomía patológica (biopsia nº {acc}): adenocarcinoma Gleason 3+4, pT2N0M0.", "Urocultivo positivo a E. coli >100.000 UFC.", "PSA {n:1-20},{n:10-99} ng/ml.", "Inmunohistoquímica: CK7+, CD20-, Ki-67 {n:2-80}%.", "Test de Coombs directo negativo; tinción de Ziehl-Neelsen negativa.", "EKG: ritmo sinusal a {n:50-100} lpm, sin signos de Wolff-Parkinson-White.", "Serología de virus de Epstein-Barr IgG positiva."],
    "evolucion": [
        "Se inició tratamiento con {drug} con buena evolución.", "Se colocó sonda de Foley y drenaje de Jackson-Pratt.", "Fue intervenid{o} el {date:} por {eldr}, sin complicaciones.", "Se trasladó a la {planta}, habitación {room}.", "A los {n:2-12} meses permanece asintomátic{o}.", "Se comentó el caso con {eldr}, de Cardiología.", "Alta a domicilio con revisión el {date:next} a las {hora}.",
        "Se informa a la familia ({reln:a/fl}, {relw}).", "Reingresó {when}.", "Continuará controles en el {cs}.", "Desde {fechaparcial} no ha presentado recidiva.", "Se implantó prótesis, lote {lot}, nº de serie {device}."],
    "plan": ["{drug}.", "Cita con {eldr} el {date:next}.", "Control analítico en {n:2-6} semanas.", "Dieta blanda y reposo relativo.", "Acudir a Urgencias si fiebre mayor de 38 ºC.", "Revisión por su médico de familia, {eldr:ap}.", "Llamar al {phone} para cualquier duda.", "Retirar puntos en {n:7-14} días en {cs}."],
}
DRUGS = ("paracetamol 1 g/8 h|omeprazol 20 mg/24 h|amoxicilina-clavulánico 875/125 mg cada 8 horas|enalapril 10 mg/12 h|metformina 850 mg en desayuno y cena|Adiro 100 mg/24 h|Sintrom según pauta|prednisona 30 mg/día|furosemida 40 mg/24 h|"
         "tamsulosina 0,4 mg/24 h|ceftriaxona 2 g/24 h iv|enoxaparina 40 mg sc|insulina glargina 20 UI|Nolotil si dolor|levotiroxina 75 mcg/24 h|atorvastatina 40 mg por la noche").split("|")
