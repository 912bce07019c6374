"""Hand-written names of Europe and the Americas by culture: women, men, surnames."""

WEST = {
    "english": (
        "Emily Charlotte Amelia Harriet Georgia Imogen Phoebe Beatrice Florence Matilda Eleanor Gemma Kayleigh Tracey "
        "Joanne Heather Philippa Rosemary Winifred Doreen",
        "Oliver George Harry Jack Alfie Archie Freddie Rupert Nigel Graham Trevor Clive Barry Darren Gareth Stuart "
        "Reginald Cuthbert Desmond Neville",
        "Whitaker Ashworth Fairclough Hargreaves Sutcliffe Pemberton Winterbottom Ramsbottom Thistlewood Blackwell "
        "Atkinson Barraclough Cartwright Dewhurst Entwistle Featherstone Gaskell Haworth Illingworth Jagger Kershaw "
        "Lockwood Micklethwaite Nuttall Ormerod Pickles Quarmby Rigby Shuttleworth Tattersall Unsworth Vickers "
        "Wadsworth Yardley Aldridge Bickerstaff Clutterbuck Drinkwater Eccles Fothergill Goodenough Heathcote Ingham "
        "Jowett Kenworthy Lonsdale Mainwaring Northcott Oldroyd Penhaligon Ravenscroft Sedgwick Thackray Uttley "
        "Verrall Wolstenholme Yeoman Applegarth Braithwaite Copplestone",
    ),
    "irish": (
        "Aoife Siobhan Niamh Caoimhe Saoirse Roisin Orla Sinead Grainne Deirdre Maeve Ciara Eimear Aisling Nuala "
        "Brigid Una Fionnuala Dervla Mairead",
        "Cillian Oisin Padraig Eoin Conor Declan Ronan Fergus Diarmuid Cormac Seamus Tadhg Niall Eamon Lorcan Finbar "
        "Malachy Donal Ciaran Brendan",
        "O'Brien O'Connor O'Sullivan O'Malley O'Shaughnessy O'Hara O'Reilly O'Donovan O'Leary O'Keeffe McCarthy "
        "McLoughlin McGrath McDermott McNamara McInerney Gallagher Doherty Brennan Quigley Hennessy Kinsella Rafferty "
        "Tierney Geraghty Mulcahy Heneghan Cullinane Dunphy Fitzpatrick Fitzgerald Fitzsimons Hanrahan Kavanagh "
        "Looney Maguire Nolan Phelan Rooney Scanlon Slattery Sweeney Tobin Twomey Whelan Comerford Coughlan Cronin "
        "Delahunty Devereux Donnellan Drumgoole Egan Flaherty Guilfoyle Hickey Keogh Lenihan Mannion Moriarty",
    ),
    "scottish": (
        "Ailsa Isla Eilidh Mhairi Catriona Morag Fiona Kirsty Shona Iona Rhona Elspeth Isobel Jean Senga Lorna Skye "
        "Effie Marsaili Una",
        "Hamish Angus Callum Fraser Lachlan Ewan Rory Alasdair Duncan Gregor Murdo Struan Torquil Iain Finlay Kenneth "
        "Archibald Gavin Blair Craig",
        "MacDonald MacGregor MacKenzie MacLeod MacPherson MacTavish MacAulay MacInnes McAllister McBride McCulloch "
        "McEwan McFarlane McGillivray McIntosh McKechnie McLaren McLean McNaughton McPhee Abercrombie Auchterlonie "
        "Buchanan Cameron Campbell Carmichael Colquhoun Dalgleish Dalrymple Drummond Erskine Farquharson Forsyth "
        "Galbraith Gilchrist Gillespie Haldane Hepburn Innes Kinnaird Kirkpatrick Lamont Lindsay Lockhart Menzies "
        "Moncrieff Murray Napier Ogilvie Pitcairn Ramsay Rutherford Sinclair Strachan Sutherland Urquhart Wemyss "
        "Balfour Carnegie Dunbar",
    ),
    "spanish": (
        "Guadalupe Esperanza Ximena Lucia Carmen Pilar Rocio Consuelo Soledad Marisol Yolanda Graciela Beatriz "
        "Inmaculada Itziar Araceli Noemi Dolores Fernanda Valentina",
        "Joaquin Alejandro Santiago Ignacio Gonzalo Rodrigo Esteban Rafael Arturo Emilio Hector Javier Leandro "
        "Mauricio Nicanor Octavio Ramiro Salvador Ulises Wilfredo",
        "Garcia Rodriguez Martinez Hernandez Gonzalez Perez Sanchez Ramirez Castellanos Villanueva Montoya Escobar "
        "Zuniga Arroyo Benavides Cardenas Dominguez Echeverria Figueroa Galindo Huerta Ibarra Jaramillo Landeros "
        "Maldonado Narvaez Ocampo Palomares Quintanilla Renteria Saldivar Tejada Urrutia Valenzuela Yanez Zamora "
        "Alcantara Barrientos Cisneros Delgadillo Espinoza Fuentes Guerrero Hinojosa Izquierdo Lozano Mondragon "
        "Navarrete Olivares Portillo Quiroga Riojas Sepulveda Trevino Ugalde Villarreal Zapata Amezcua Bustamante "
        "Camarillo",
    ),
    "portuguese": (
        "Beatriz Joana Mariana Catarina Ines Leonor Filipa Teresa Conceicao Fatima Luzia Raquel Thais Vitoria Rafaela "
        "Larissa Juliana Camila Aparecida Iracema",
        "Joao Tiago Duarte Goncalo Nuno Rui Afonso Vasco Miguel Henrique Caio Thiago Wagner Marcelo Fabricio Anderson "
        "Everton Juvenal Otavio Sergio",
        "Silva Santos Oliveira Pereira Carvalho Almeida Ferreira Ribeiro Rodrigues Gomes Lopes Marques Teixeira "
        "Figueiredo Nascimento Cavalcanti Albuquerque Magalhaes Guimaraes Azevedo Barbosa Cardoso Coelho Couto Cunha "
        "Dias Esteves Faria Fonseca Freitas Furtado Lacerda Leite Lima Macedo Machado Matos Medeiros Melo Mendonca "
        "Monteiro Moreira Neves Nogueira Pacheco Paiva Pinheiro Queiroz Quintela Rebelo Resende Sampaio Saraiva "
        "Seixas Tavares Torres Vasconcelos Vieira Xavier Zagalo",
    ),
    "french": (
        "Amelie Celine Genevieve Mathilde Oceane Solange Chantal Brigitte Odette Manon Clemence Elodie Fleur Josiane "
        "Mireille Noemie Sylvie Veronique Yvonne Zoe",
        "Benoit Cedric Didier Etienne Fabrice Gaston Herve Jacques Laurent Mathieu Olivier Pascal Quentin Remy "
        "Sebastien Thierry Xavier Yves Aurelien Lucien",
        "Dubois Lefebvre Moreau Fournier Girard Rousseau Beaumont Beauchamp Boucher Chevalier Delacroix Desrosiers "
        "Duchesne Dupont Durand Faucher Gagnon Gauthier Lachance Laframboise Lambert Landry Lapointe Lavoie LeBlanc "
        "Leclerc Legrand Lemieux Levesque Marchand Mercier Michaud Normandin Ouellet Paquette Pelletier Perrault "
        "Poirier Renaud Robitaille Rochefort Sauvage Savard Simard Tessier Thibault Toussaint Tremblay Vachon Vaillant "
        "Verreault Vigneault Villeneuve Arsenault Bergeron Brodeur Charbonneau Cormier Deschamps Duquette",
    ),
    "german": (
        "Annegret Birgit Claudia Dagmar Elke Friederike Gudrun Heike Ingrid Jutta Katrin Lieselotte Mareike Nadja "
        "Renate Sabine Ulrike Waltraud Anke Gisela",
        "Andreas Bernd Christoph Detlef Eberhard Florian Gerhard Heinrich Ingo Jochen Klaus Lothar Manfred Norbert "
        "Rainer Siegfried Thorsten Uwe Volker Wolfgang",
        "Mueller Schmidt Schneider Fischer Weber Wagner Becker Hoffmann Schaefer Koch Bauer Richter Klein Schroeder "
        "Neumann Schwarz Zimmermann Braun Hartmann Krueger Lange Werner Krause Lehmann Schmitt Maier Koehler Herrmann "
        "Walter Huber Kaiser Fuchs Peters Scholz Moeller Weiss Jung Hahn Vogel Friedrich Keller Guenther Berger "
        "Winkler Lorenz Baumann Franke Albrecht Ludwig Winter Kraus Schumacher Vogt Jaeger Stein Otto Sommer Gross "
        "Seidel Brandt",
    ),
    "italian": (
        "Alessia Bianca Chiara Donatella Elisabetta Francesca Giulia Ilaria Ludovica Margherita Nicoletta Ornella "
        "Paola Rosalba Serafina Tiziana Valeria Antonella Concetta Fiorella",
        "Alessandro Bruno Carmine Domenico Enzo Fabio Giancarlo Ivano Lorenzo Massimo Nunzio Osvaldo Pasquale Raffaele "
        "Salvatore Tommaso Umberto Vincenzo Giuseppe Luca",
        "Rossi Russo Ferrari Esposito Bianchi Romano Colombo Ricci Marino Greco Bruno Gallo Conti DeLuca Mancini Costa "
        "Giordano Rizzo Lombardi Moretti Barbieri Fontana Santoro Mariani Rinaldi Caruso Ferrara Galli Martini Leone "
        "Longo Gentile Martinelli Vitale Lombardo Serra Coppola DiStefano D'Angelo D'Amico DellaRocca LoPresti "
        "Bellini Bonfiglio Calabrese Castiglione Cipriani Fanelli Gambardella Iannuzzi Lamberti Mastroianni Napolitano "
        "Pellegrino Quattrocchi Sorrentino Tagliaferro Vaccaro Zanetti Zuccarelli",
    ),
    "dutch": (
        "Anneke Brechtje Carlijn Dorien Els Femke Greetje Hanneke Ineke Jolanda Klaske Liesbeth Marijke Nienke "
        "Petronella Saskia Tineke Willemijn Geertruida Sanne",
        "Adriaan Bart Cornelis Diederik Evert Floris Gijs Hendrik Jeroen Koen Lodewijk Maarten Niels Pieter Ruud "
        "Sjoerd Teun Wouter Joost Dirk",
        "de|Vries de|Jong van|Dijk van|den|Berg van|der|Meer Bakker Janssen Visser Smit Meijer de|Boer Mulder de|Groot "
        "Bos Vos Peters Hendriks van|Leeuwen Dekker Brouwer de|Wit Dijkstra Smits de|Graaf van|der|Linden Kok Jacobs "
        "de|Haan Vermeulen van|den|Heuvel van|der|Veen van|den|Broek de|Bruijn Schouten van|Beek Willems van|Vliet "
        "van|der|Heijden Hoekstra Maas Verhoeven Koster van|Dam van|der|Wal Prins Blom Huisman Kuipers van|Veen "
        "Postma Veenstra Kramer van|den|Bosch Scholten van|Wijk Zijlstra Martens Sanders ter|Horst Wiersma",
    ),
    "nordic": (
        "Astrid Birgitta Dagny Ebba Frida Gunilla Hedvig Inger Karin Liv Maja Nanna Ragnhild Signe Solveig Tove Ulla "
        "Vilde Ylva Kirsten",
        "Anders Bjorn Carsten Dag Eskil Fredrik Gunnar Henrik Ivar Jorgen Kjell Lars Magnus Nils Oystein Per Rasmus "
        "Sven Torbjorn Vidar",
        "Andersson Johansson Karlsson Nilsson Eriksson Larsson Olsson Persson Svensson Gustafsson Lindqvist Bergstrom "
        "Sandberg Lundgren Nystrom Holmberg Hellstrom Ekstrom Sjoberg Wallin Hansen Johansen Olsen Larsen Kristiansen "
        "Bakken Haugen Strand Solberg Moen Lien Hauge Nygaard Dahl Berge Tveit Aune Fjeldstad Grindheim Halvorsen "
        "Jacobsen Knutsen Lunde Myhre Oksanen Rasmussen Skaar Thorsen Ulvestad Vestergaard Mikkelsen Norgaard Kjaer "
        "Frandsen Bruun Dalgaard Ottosen Skov Thygesen Winther",
    ),
    "polish": (
        "Agnieszka Bozena Danuta Elzbieta Grazyna Halina Iwona Jadwiga Katarzyna Malgorzata Natalia Ola Renata "
        "Stanislawa Teresa Urszula Wanda Zofia Justyna Kinga",
        "Andrzej Boguslaw Czeslaw Dariusz Eugeniusz Grzegorz Henryk Jaroslaw Kazimierz Leszek Miroslaw Pawel Ryszard "
        "Slawomir Tadeusz Wojciech Zbigniew Zdzislaw Jacek Krzysztof",
        "Nowak Kowalski Kowalska Wisniewski Wojcik Kowalczyk Kaminski Lewandowski Zielinski Szymanski Wozniak "
        "Dabrowski Kozlowski Jankowski Mazur Kwiatkowski Krawczyk Kaczmarek Piotrowski Grabowski Zajac Pawlowski "
        "Michalski Krol Wieczorek Jablonski Wrobel Nowakowski Majewski Olszewski Stepien Malinowski Jaworski Adamczyk "
        "Dudek Nowicki Pawlak Gorski Witkowski Walczak Sikora Baran Rutkowski Michalak Szewczyk Ostrowski Tomaszewski "
        "Pietrzak Zalewski Wroblewski Marciniak Jasinski Zawadzki Bak Jakubowski Sadowski Duda Chmielewski Wlodarczyk "
        "Borkowski",
    ),
    "russian": (
        "Anastasia Ekaterina Galina Irina Ksenia Larisa Ludmila Nadezhda Natalya Olga Oksana Polina Raisa Svetlana "
        "Tamara Tatiana Valentina Yelena Yulia Zinaida",
        "Alexei Arkady Boris Dmitri Evgeny Fyodor Gennady Igor Ilya Kirill Leonid Maxim Nikolai Oleg Pavel Ruslan "
        "Sergei Timur Vladimir Yuri",
        "Ivanov Smirnov Kuznetsov Popov Sokolov Lebedev Kozlov Novikov Morozov Petrov Volkov Solovyov Vasiliev Zaitsev "
        "Pavlov Semyonov Golubev Vinogradov Bogdanov Vorobyov Fedorov Mikhailov Belyaev Tarasov Belov Komarov Orlov "
        "Kiselyov Makarov Andreev Kovalev Ilyin Gusev Titov Kuzmin Kudryavtsev Baranov Kulikov Alekseev Stepanov "
        "Yakovlev Sorokin Sergeev Romanov Zakharov Borisov Korolyov Gerasimov Ponomaryov Grigoriev Shevchenko "
        "Bondarenko Kovalenko Tkachenko Kravchenko Oliynyk Shevchuk Polishchuk Lysenko Marchenko",
    ),
    "greek": (
        "Athina Despina Eleni Foteini Georgia Ioanna Kalliope Konstantina Maria Niki Panagiota Sofia Stavroula "
        "Theodora Vasiliki Xanthi Zoi Anthoula Chrysoula Evangelia",
        "Achilleas Christos Dimitrios Evangelos Fotis Georgios Haralambos Ioannis Kostas Leonidas Manolis Nikolaos "
        "Panagiotis Sotirios Spyros Stavros Theodoros Vasilis Yannis Apostolos",
        "Papadopoulos Papadakis Papageorgiou Georgiou Dimitriou Nikolaidis Ioannidis Karagiannis Vlahos Angelopoulos "
        "Economou Antoniou Makris Alexiou Kyriakidis Konstantinou Theodorou Pappas Galanis Kalogeropoulos Samaras "
        "Mitropoulos Panagopoulos Christodoulou Spanos Tsakiris Zervas Anagnostou Bakas Chatzis Diamantis "
        "Efstathiou Fragkos Gikas Hatzidakis Kanellopoulos Lambros Mavros Nikolopoulos Oikonomidis Petrakis Raptis "
        "Stamatopoulos Tsoukalas Vasileiou Xenakis Ypsilantis Zografos Arvanitis Bouras Daskalakis Giannopoulos "
        "Kapsis Liakos Manos Pavlidis Rigas Sideris Tzanetakis Voulgaris",
    ),
}
