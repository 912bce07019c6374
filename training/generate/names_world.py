"""Hand-written names of Africa and Asia by culture: women, men, surnames; and names that are also words."""

WORLD = {
    "turkish": (
        "Aylin Burcu Ceren Derya Elif Fatma Gulay Hatice Ipek Kader Leyla Meltem Nuray Ozlem Pinar Sevgi Tugba Yasemin "
        "Zeynep Emine",
        "Ahmet Baris Cem Deniz Emre Ferhat Gokhan Hakan Ibrahim Kemal Levent Mehmet Necati Omer Recep Selim Tolga Umut "
        "Volkan Yusuf",
        "Yilmaz Kaya Demir Celik Sahin Yildiz Yildirim Ozturk Aydin Ozdemir Arslan Dogan Kilic Aslan Cetin Kara Koc "
        "Kurt Ozkan Simsek Polat Korkmaz Cakir Erdogan Acar Aksoy Aktas Altun Avci Bulut Bozkurt Can Coskun "
        "Duman Ekinci "
        "Erdem Gokce Gunes Guler Isik Karaca Keskin Kocak Ozer Sari Tas Tekin Toprak Tunc Turan Ucar Unal Uysal Yalcin "
        "Yavuz Yuksel Zengin Bayram Sonmez Tuncer",
    ),
    "arabic": (
        "Aisha Amal Dalal Farah Ghada Hanan Huda Iman Jamila Khadija Layla Maha Nadia Noor Rania Salma Samira Wafa "
        "Yasmin Zahra",
        "Abdullah Ahmad Bilal Faisal Hassan Hussein Ibrahim Jamal Khalid Mahmoud Mohammed Mustafa Nasser Omar Qasim "
        "Rashid Saleh Tariq Walid Youssef",
        "al-Hassan al-Masri al-Rashid al-Sayed al-Tikriti al-Zahrani Al-Ghamdi Al-Harbi Al-Mutairi Al-Otaibi "
        "Al-Qahtani "
        "Abdelrahman Abdulaziz Abbas Abboud Aziz Awad Bakri Bishara Darwish El-Amin El-Sherif Fakhoury Farouk Ghanem "
        "Habib Haddad Hakim Hamdan Hamid Hariri Ismail Jaber Kanaan Karam Khalil Khoury Mansour Masri Moussa Mubarak "
        "Naguib Najjar Nasr Odeh Othman Qureshi Rahman Sabbagh Salameh Saleh Shaheen Shammas Suleiman Tannous Touma "
        "Yacoub Zaki Zidan Ziadeh",
    ),
    "persian": (
        "Azadeh Bahar Darya Elham Farzaneh Golnaz Homa Laleh Mahnaz Mina Nasrin Parisa Roya Sanaz Shirin Simin Soraya "
        "Taraneh Yalda Zohreh",
        "Arash Babak Behrouz Cyrus Dariush Ehsan Farhad Hamid Hooman Kaveh Keyvan Mehrdad Nader Omid Payam Ramin Reza "
        "Saeed Shahin Siavash",
        "Ahmadi Akbari Amini Ansari Azizi Bagheri Bahrami Daneshvar Ebrahimi Esfahani Farahani Farokhzad Ghorbani "
        "Golshan Hashemi Hosseini Irani Jafari Jalali Kamali Karimi Kazemi Kermani Khorasani Mahdavi Malekzadeh Moradi "
        "Mousavi Najafi Naderi Norouzi Omidvar Pahlavan Parsa Rahimi Rezaei Rostami Sadeghi Salehi Samadi Shahidi "
        "Shirazi Soltani Tabrizi Taheri Tavakoli Vahidi Yazdani Zamani Zand Zarei Bakhtiari Dehghan Fallah Gholami "
        "Heydari Kiani Mirzaei Nikpour Sohrabi",
    ),
    "hindi": (
        "Aarti Anjali Deepa Divya Gayatri Indira Jyoti Kavita Lakshmi Meena Neha Pooja Priyanka Radha Rekha Savita "
        "Shanti Sunita Usha Vandana",
        "Aditya Amit Anil Ashok Deepak Gopal Harish Jitendra Kunal Manoj Naveen Pradeep Rajesh Rakesh Sandeep Sanjay "
        "Suresh Vikram Vinod Yash",
        "Agarwal Bhatia Bhatt Bose Chakraborty Chatterjee Chaudhary Chopra Desai Deshmukh Deshpande Dubey Dutta Gandhi "
        "Ghosh Goel Goyal Gupta Iyengar Jain Jha Joshi Kapoor Kulkarni Kumar Malhotra Mehra Mehta Mishra Mittal "
        "Mukherjee Naidu Pandey Parekh Patel Patil Prasad Rastogi Rathore Saxena Sehgal Sengupta Shah Sharma Shukla "
        "Singh Sinha Srivastava Thakur Tiwari Trivedi Tripathi Upadhyay Varma Verma Vyas Yadav Banerjee Bhattacharya "
        "Choudhury",
    ),
    "tamil": (
        "Abirami Bhavani Chitra Devika Eswari Geetha Hema Indhumathi Jayanthi Kalpana Lalitha Malathi Nandhini Padma "
        "Revathi Saraswathi Tamilselvi Uma Vasantha Yamuna",
        "Arumugam Balaji Chandran Dinesh Elango Ganesan Hari Ilango Jeyaraj Karthik Loganathan Murugan Natarajan "
        "Palani Raghavan Sivakumar Thiru Udayan Velu Venkatesh",
        "Annamalai Arunachalam Balakrishnan Balasubramanian Chidambaram Chinnaswamy Dharmalingam Duraisamy Ekambaram "
        "Gnanasekaran Gopalakrishnan Govindarajan Gurusamy Iyer Jayaraman Kandasamy Kannan Krishnamurthy Kumaraswamy "
        "Lakshmanan Madhavan Mahalingam Manickam Muthusamy Nagarajan Narayanan Padmanabhan Palaniappan Pillai "
        "Ponnusamy Raghunathan Rajagopal Rajaratnam Ramachandran Ramakrishnan Ramanathan Ramasamy Rangaswamy "
        "Sambasivan Sankaran Saravanan Selvaraj Seshadri Shanmugam Sivalingam Somasundaram Soundararajan Srinivasan "
        "Subramaniam Sundaram Swaminathan Thangavel Thirumalai Vaidyanathan Varadarajan Veerasamy Venkataraman "
        "Vijayakumar Viswanathan Yogeswaran",
    ),
    "punjabi": (
        "Amandeep Amrit Balwinder Gurpreet Harjit Jaswinder Kiran Kulwant Manpreet Navdeep Paramjit Rupinder Simran "
        "Sukhwinder Tejinder Bushra Nasreen Rukhsana Saima Shazia",
        "Baljit Daljeet Gurdeep Harbhajan Inderjit Jagdish Kulbir Lakhwinder Mandeep Parminder Rajwinder Satnam "
        "Surjit Tarlochan Asif Imran Javed Nadeem Shahid Zubair",
        "Ahluwalia Atwal Bains Bajwa Bedi Bhullar Brar Chahal Chaudhry Cheema Dhaliwal Dhillon Dosanjh Gill Grewal "
        "Hundal Johal Kahlon Kang Khokhar Khosa Lally Mahal Malik Mann Minhas Nagra Nijjar Pannu Purewal Randhawa Rai "
        "Sahota Samra Sandhu Sekhon Sidhu Sodhi Sohi Sran Thind Toor Uppal Virk Walia Warraich Akhtar Ashraf Baig Butt "
        "Dar Farooqi Hashmi Iqbal Khan Mirza Mughal Raza Siddiqui Zaidi",
    ),
    "chinese": (
        "Mei Xiaoling Yan Li-Hua Jing Xiuying Hui Fang Qian Yuxin Zhen Siew-Ling Mei-Ling Wai-Yee Ka-Yan Shu-Fen "
        "Jiayi Ruolan Xinyi Yulan",
        "Wei Jun Ming Jian Guoqiang Zhiyuan Haoran Kai-Ming Chi-Wai Tsz-Hin Wen-Hao Bo Cheng Dewei Feng Guang Jinhai "
        "Peng Tao Zixuan",
        "Wang Li Zhang Liu Chen Yang Huang Zhao Wu Zhou Xu Sun Ma Zhu Hu Guo He Gao Lin Luo Zheng Liang Xie Song Tang "
        "Deng Feng Han Cao Zeng Peng Xiao Cai Pan Tian Dong Yuan Jiang Ye Wei Su Lu Ding Ren Shen Yao Zhong "
        "Cui Tan Ouyang "
        "Cheung Chan Leung Wong Kwok Tsang Yeung Lau Hsieh Szeto",
    ),
    "korean": (
        "Ji-woo Seo-yeon Min-ji Eun-ji Hye-jin Soo-jin Yoon-ah Kyung-hee Mi-sook Young-ja Ha-eun Bo-ra Da-hye Ga-young "
        "In-sook Jae-hee Na-ri So-young Sun-mi Yu-na",
        "Min-jun Ji-hoon Sung-ho Jae-won Dong-hyun Hyun-woo Kyung-soo Sang-min Tae-yang Young-ho Byung-hun Chul-soo "
        "Do-yun Geon-woo Hae-jin In-ho Joon-ki Ki-tae Seok-jin Woo-sung",
        "Kim Lee Park Choi Jung Kang Cho Yoon Jang Lim Han Oh Seo Shin Kwon Hwang Ahn Song Ryu Hong Jeon Ko Moon Son "
        "Yang Bae Baek Heo Nam Noh Sim Ha Joo Koo Min Yoo Cha Byun Do Bang Chae Chun Eom Gil Gong Ham Hyun "
        "In Ji Jin Kong "
        "Ma Maeng Meng Na Ok Pyo Seok Sun Wang",
    ),
    "japanese": (
        "Akiko Ayumi Chiyo Emi Fumiko Haruka Hitomi Kaori Keiko Mariko Michiko Naoko Noriko Reiko Sachiko "
        "Sakura Tomoko "
        "Yoko Yuki Yumi",
        "Akira Daisuke Hiroshi Isamu Jiro Kazuo Kenji Makoto Masao Minoru Naoki Osamu Ryota Satoshi Shigeru Takeshi "
        "Tetsuo Toshio Yasuhiro Yoshiro",
        "Sato Suzuki Takahashi Tanaka Watanabe Ito Yamamoto Nakamura Kobayashi Kato Yoshida Yamada Sasaki Yamaguchi "
        "Matsumoto Inoue Kimura Hayashi Shimizu Saito Mori Abe Ikeda Hashimoto Yamashita Ishikawa Nakajima "
        "Maeda Fujita "
        "Ogawa Goto Okada Hasegawa Murakami Kondo Ishii Sakamoto Endo Aoki Fujii Nishimura Fukuda Ota Miura Fujiwara "
        "Okamoto Matsuda Nakagawa Nakano Harada Ono Tamura Takeuchi Kaneko Wada Nakayama Ishida Ueda Morita Hara",
    ),
    "vietnamese": (
        "Anh Bich Chau Diem Giang Hanh Hoa Huong Kim-Anh Lan Linh Mai Ngoc Nhung Phuong Quynh Thao Thuy Trang Yen",
        "Bao Cuong Dat Dung Hai Hieu Hoang Hung Khanh Khoa Lam Long Minh Nam Phong Quang Son Thanh Tuan Vinh",
        "Nguyen Tran Le Pham Huynh Phan Vu Vo Dang Bui Do Ho Ngo Duong Ly An Au Bach Bang Cao Chau Chung Chu "
        "Cu Dam Dao "
        "Diep Dinh Doan Giang Ha Hua Khuu Kieu Kha La Lac Lai Lam Lieu Luong Luu Mac Mai Nghiem Nhan Ninh "
        "Ong Phung Quach "
        "Quan Ta Tang Thach Thai Thi To Ton Trinh Truong",
    ),
    "filipino": (
        "Analyn Bernadette Cherry Divina Evangeline Filomena Gloria Herminia Imelda Jocelyn Luzviminda Marites Nenita "
        "Perlita Remedios Rowena Teresita Virgie Wilma Corazon",
        "Alfonso Benigno Crisanto Danilo Edgardo Florante Gerardo Honorio Isagani Jejomar Leopoldo Melchor Nestor "
        "Pacifico Reynaldo Rizal Teodoro Virgilio Wilfredo Zosimo",
        "Abad Agbayani Aguinaldo Alcantara Alon Bacani Balagtas Bautista Bayani Buenaventura Cabrera Calderon Capulong "
        "Carpio Catacutan Cayabyab Concepcion Cordero Cruz Dagohoy Dalisay De|Castro De|Guzman De|Leon Dela|Cruz "
        "Del|Rosario Dimaculangan Dimaguiba Dizon Domingo Enriquez Evangelista Gatdula Galang Guinto Hilario Ilagan "
        "Jacinto Katigbak Lacson Laurel Legaspi Lualhati Macapagal Magbanua Magsaysay Malabanan Manalo Mangubat "
        "Mercado Ocampo Pangilinan Panganiban Quiambao Quizon Salonga Samonte Tolentino Villaluz Yumul",
    ),
    "westafrican": (
        "Abimbola Adaeze Adwoa Akosua Amina Ayodele Chiamaka Chinwe Efua Folake Ifeoma Kehinde Ngozi Nkechi Nneka "
        "Olabisi Omolara Temitope Yetunde Zainab",
        "Abdoulaye Adebayo Amadou Babatunde Chidi Chukwuemeka Ebo Emeka Femi Ibrahima Kofi Kwabena Kwame "
        "Mamadou Obinna "
        "Oluwaseun Ousmane Segun Tunde Uchenna",
        "Abiodun Achebe Adekunle Adeleke Adesina Adeyemi Afolabi Agyeman Akinola Akufo Amoah Anyanwu Asante Ayodeji "
        "Azikiwe Balogun Bamgbose Boateng Camara Chukwu Cisse Conteh Danso Diallo Diarra Diop Dlamini Ekwueme Eze "
        "Fofana Gueye Igwe Ikejiani Jallow Kamara Kante Keita Koroma Mensah Ndiaye Nnamdi Nwachukwu Nwosu Obasanjo Obi "
        "Ogunleye Okafor Okeke Okonkwo Okoro Okoye Oladipo Olawale Onyango Osei Owusu Sesay Sow Toure Traore",
    ),
    "hebrew": (
        "Adina Avital Batsheva Chaya Devorah Esther Faigy Gittel Hadassah Ilana Leah Malka Noa Orly Rivka Shira Tova "
        "Tziporah Yael Yehudit",
        "Ari Avraham Baruch Chaim Dov Eliezer Gershon Hillel Itzhak Mendel Menachem Moshe Naftali Pinchas Shlomo "
        "Shmuel Tzvi Yaakov Yehuda Yosef",
        "Abramowitz Adler Auerbach Bernstein Birnbaum Blumenthal Cohen Dreyfus Eisenberg Epstein Feinberg Feldman "
        "Finkelstein Friedlander Ginsburg Glickman Goldberg Goldfarb Goldstein Greenbaum Gross Grossman Halpern "
        "Hershkowitz Horowitz Itzkowitz Kaplan Katz Katzenelson Klein Kravitz Landau Lefkowitz Leibowitz Levi Levin "
        "Levinson Lieberman Mandelbaum Margolis Mizrahi Perlman Peretz Rabinowitz Rosenbaum Rosenberg Rosenthal "
        "Rothschild Rubinstein Schechter Schwartz Shapiro Silverstein Sternberg Teitelbaum Wasserman Weinberg "
        "Weinstein Weissman Zuckerman",
    ),
}

# Surnames and forenames that are words of daily life or of medicine.
WORD_SURNAMES = (
    "Brown Hill May Grant Bush Young Price Case Long Short Payne Love Bishop Cook Baker Walker Rose Fields Woods Banks "
    "Stone Rivers Wells Church King Knight Pope Day Weeks Winters Summers Snow Frost Rain Moody Savage Strong Small "
    "Little Large Best Goode Swift Sharp Blunt Keen Wise Noble Early Read Reed Bell Ball Bird Crane Drake "
    "Finch Fox Hawk Lamb Lyon Wolf Berry Lemon Pepper Rice Bean Cherry Plum Branch Leaf Root Flowers Park Lake Pond "
    "Brooks Ford Bridges Street Lane Rhodes Temple Marsh Moss Heath Dale Glenn Forest Cotton Silk Taylor Mason Carter "
    "Porter Fisher Hunter Farmer Shepherd Butler Page Chambers Hall House Gates Locke Keyes Bolt Steele Irons Gold "
    "Silver Diamond Pearl Burns Cutts Payne Ache Akers Coffin Graves Tombs Ward Blood Bone Brain Foot "
    "Hand Head Heart Legg Shin Back Hart Spear Pike Cross Christmas Easter Friday Monday March August Winter Noon "
    "Means Marks Combs Waters Dye Tong Bowles Seaman Law Judge Sargent Major Marshall Prince "
    "Duke Earl Squires Lord Christian Pagan English French German Holland Ireland Scott Welsh Paris London Boston "
    "Lincoln Washington Jackson Dallas Houston Austin Kent Essex Norfolk York Green White Black Gray Redd Blue"
).split()
WORD_FEMALE = (
    "Rose May June April Hope Faith Grace Joy Summer Autumn Dawn Eve Iris Lily Daisy Violet Ivy Hazel Olive Ginger "
    "Amber Ruby Pearl Crystal Jade Sunny Misty Stormy Charity Patience Prudence Constance Precious Star Melody Harmony "
    "Destiny Cherish Carol Penny Sandy Sky Brandy Sherry Candy Cookie Robin Paris Brooklyn Carolina Georgia Virginia "
    "Augusta Victoria Savannah"
).split()
WORD_MALE = (
    "Will Mark Grant Art Bill Bob Chuck Drew Earl Duke Frank Gene Guy Hank Herb Jack Jimmy Lance Max Miles "
    "Nick Pat Pete "
    "Ray Rich Rob Rod Rusty Skip Stone Sonny Ty Victor Ward Wade Chance Chase Cliff Clay Dale Dean Forest Hunter Mason "
    "Carter Chandler Parker Porter Reed River Roman Sterling August Christian Jordan Dallas Austin Dakota"
).split()
