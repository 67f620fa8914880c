BEGIN TRANSACTION;
CREATE TABLE account (
	person VARCHAR(26) NOT NULL, 
	email TEXT NOT NULL, 
	password_hash TEXT NOT NULL, 
	role VARCHAR(20) NOT NULL, 
	active BOOLEAN NOT NULL, 
	created BIGINT NOT NULL, 
	PRIMARY KEY (person), 
	UNIQUE (email)
);
INSERT INTO "account" VALUES('01k7n5cng0e008000000000001','marek@demo.example','$argon2id$v=19$m=8,t=1,p=1$dtkRxbbh3xZJttr7+GRJmg$MJh3sAKYLy4MVq/GlgXTEmEMNjHTNU1IjtW2ZxkyLRU','rep',1,1795000000000);
INSERT INTO "account" VALUES('01k7n5cng0e008000000000002','ewa@demo.example','$argon2id$v=19$m=8,t=1,p=1$dtkRxbbh3xZJttr7+GRJmg$MJh3sAKYLy4MVq/GlgXTEmEMNjHTNU1IjtW2ZxkyLRU','rep',1,1795000000000);
INSERT INTO "account" VALUES('01k7n5cng0e008000000000003','manager@demo.example','$argon2id$v=19$m=8,t=1,p=1$dtkRxbbh3xZJttr7+GRJmg$MJh3sAKYLy4MVq/GlgXTEmEMNjHTNU1IjtW2ZxkyLRU','manager',1,1795000000000);
INSERT INTO "account" VALUES('01k7n5cng0e008000000000004','admin@demo.example','$argon2id$v=19$m=8,t=1,p=1$dtkRxbbh3xZJttr7+GRJmg$MJh3sAKYLy4MVq/GlgXTEmEMNjHTNU1IjtW2ZxkyLRU','administrator',1,1795000000000);
CREATE TABLE bucket (
	bucket VARCHAR(64) NOT NULL, 
	epoch BIGINT NOT NULL, 
	seq BIGINT NOT NULL, 
	PRIMARY KEY (bucket)
)
 WITHOUT ROWID

;
INSERT INTO "bucket" VALUES('shared',1,9);
INSERT INTO "bucket" VALUES('t:01k7n5cng0e00800000000000c',1,12);
INSERT INTO "bucket" VALUES('t:01k7n5cng0e00800000000000d',1,2);
CREATE TABLE cover (
	person VARCHAR(26) NOT NULL, 
	territory VARCHAR(26) NOT NULL, 
	valid_from BIGINT NOT NULL, 
	valid_to BIGINT, 
	PRIMARY KEY (person, territory, valid_from), 
	FOREIGN KEY(person) REFERENCES account (person)
);
INSERT INTO "cover" VALUES('01k7n5cng0e008000000000001','01k7n5cng0e00800000000000c',0,NULL);
INSERT INTO "cover" VALUES('01k7n5cng0e008000000000002','01k7n5cng0e00800000000000d',0,NULL);
INSERT INTO "cover" VALUES('01k7n5cng0e008000000000003','01k7n5cng0e00800000000000b',0,NULL);
CREATE TABLE device (
	number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	person VARCHAR(26) NOT NULL, 
	name TEXT NOT NULL, 
	platform TEXT NOT NULL, 
	created BIGINT NOT NULL, 
	last_seen BIGINT NOT NULL, 
	revoked_at BIGINT, 
	report TEXT, 
	FOREIGN KEY(person) REFERENCES account (person)
);
INSERT INTO "device" VALUES(1,'01k7n5cng0e008000000000001','browser','',1795000000000,1795000121000,NULL,NULL);
INSERT INTO "device" VALUES(2,'01k7n5cng0e008000000000002','browser','',1795000000000,1795000121000,NULL,NULL);
INSERT INTO "device" VALUES(3,'01k7n5cng0e008000000000003','browser','',1795000000000,1795000120000,NULL,NULL);
INSERT INTO "device" VALUES(4,'01k7n5cng0e008000000000004','browser','',1795000000000,1795000000000,NULL,NULL);
CREATE TABLE held (
	number INTEGER NOT NULL, 
	root TEXT NOT NULL, 
	code TEXT NOT NULL, 
	received_at BIGINT NOT NULL, 
	author TEXT NOT NULL, 
	edit TEXT NOT NULL, 
	PRIMARY KEY (number)
);
INSERT INTO "held" VALUES(1,'01k7n5cng0e008000000000038','missing_root',1795000060000,'{"person":"01k7n5cng0e008000000000001","role":"rep","device":1,"buckets":["u:01k7n5cng0e008000000000001","shared","t:01k7n5cng0e00800000000000c"],"may_move":false}','{"n":4,"kind":"note","id":"01k7n5cng0e00800000000003a","root":"01k7n5cng0e008000000000038","v":{"customer":"01k7n5cng0e008000000000038","person":"01k7n5cng0e008000000000001","written_at":1,"body":"before its shop"},"at":"01k7n5ei3000080001"}');
INSERT INTO "held" VALUES(2,'01k7n5cng0e008000000000036','forbidden',1795000121000,'{"person":"01k7n5cng0e008000000000001","role":"rep","device":1,"buckets":["u:01k7n5cng0e008000000000001","shared","t:01k7n5cng0e00800000000000c"],"may_move":false}','{"n":10,"kind":"customer","id":"01k7n5cng0e008000000000036","root":"01k7n5cng0e008000000000036","v":{"phone":"5"},"at":"01k7n5gdl8000h0001"}');
CREATE TABLE history (
	number INTEGER NOT NULL, 
	id TEXT NOT NULL, 
	stamp VARCHAR(18) NOT NULL, 
	device INTEGER NOT NULL, 
	person TEXT NOT NULL, 
	received_at BIGINT NOT NULL, 
	new TEXT NOT NULL, 
	old TEXT, 
	PRIMARY KEY (number)
);
INSERT INTO "history" VALUES(1,'01k7n5cng0e008000000000035','01k7n5cng000010003',3,'01k7n5cng0e008000000000003',1795000000000,'{"name":"Piekarnia","territory":"01k7n5cng0e00800000000000c","city":"Gdynia"}',NULL);
INSERT INTO "history" VALUES(2,'01k7n5cng0e008000000000036','01k7n5cng000020003',3,'01k7n5cng0e008000000000003',1795000000000,'{"name":"Apteka","territory":"01k7n5cng0e00800000000000c"}',NULL);
INSERT INTO "history" VALUES(3,'01k7n5cng0e00800000000003e','01k7n5cng000030003',3,'01k7n5cng0e008000000000003',1795000000000,'{"name":"Mąka","price":1200,"currency":"PLN"}',NULL);
INSERT INTO "history" VALUES(4,'01k7n5cng0e008000000000037','01k7n5ei3000040001',1,'01k7n5cng0e008000000000001',1795000060000,'{"customer":"01k7n5cng0e008000000000035","person":"01k7n5cng0e008000000000001","written_at":1795000060000,"body":"Closed on Mondays"}',NULL);
INSERT INTO "history" VALUES(5,'01k7n5cng0e008000000000039','01k7n5ei3000050001',1,'01k7n5cng0e008000000000001',1795000060000,'{"title":"Call","person":"01k7n5cng0e008000000000001","customer":"01k7n5cng0e008000000000035","status":"open","snoozes":{"0001":[2,0]}}',NULL);
INSERT INTO "history" VALUES(6,'01k7n5cng0e008000000000035','01k7n5ei3000070001',1,'01k7n5cng0e008000000000001',1795000060000,'{"tags":{"cash":[["01k7n5ei3000060001"],[]]}}','{"tags":[null,"",true,false]}');
INSERT INTO "history" VALUES(7,'01k7n5cng0e00800000000003b','01k7n5ei30000a0001',1,'01k7n5cng0e008000000000001',1795000060000,'{"customer":"01k7n5cng0e008000000000035","person":"01k7n5cng0e008000000000001","status":"done","checked_in_at":1795000060000,"comments":{"01k7n5ei3000090001":"hello"}}',NULL);
INSERT INTO "history" VALUES(8,'01k7n5cng0e00800000000003c','01k7n5ei30000b0001',1,'01k7n5cng0e008000000000001',1795000060000,'{"customer":"01k7n5cng0e008000000000035","person":"01k7n5cng0e008000000000001","written_at":1,"body":"to go"}',NULL);
INSERT INTO "history" VALUES(9,'01k7n5cng0e008000000000035','01k7n5gcm0000c0003',3,'01k7n5cng0e008000000000003',1795000120000,'{"city":"Sopot"}','{"city":["Gdynia","01k7n5cng000010003",true,false]}');
INSERT INTO "history" VALUES(10,'01k7n5cng0e008000000000035','01k7n5gdl8000d0001',1,'01k7n5cng0e008000000000001',1795000121000,'{"city":"Hel"}','{"city":["Sopot","01k7n5gcm0000c0003",true,true]}');
INSERT INTO "history" VALUES(11,'01k7n5cng0e00800000000003c','01k7n5gdl8000e0001',1,'01k7n5cng0e008000000000001',1795000121000,'{"deleted":true}','{"deleted":[null,"",true,false]}');
INSERT INTO "history" VALUES(12,'01k7n5cng0e00800000000003d','01k7n5gdl8000f0001',1,'01k7n5cng0e008000000000001',1795000121000,'{"customer":"01k7n5cng0e008000000000036","person":"01k7n5cng0e008000000000001","written_at":1,"body":"moves"}',NULL);
INSERT INTO "history" VALUES(13,'01k7n5cng0e008000000000036','01k7n5gdl8000g0003',3,'01k7n5cng0e008000000000003',1795000121000,'{"territory":"01k7n5cng0e00800000000000d"}','{"territory":["01k7n5cng0e00800000000000c","01k7n5cng000020003",true,false]}');
CREATE TABLE organisation (
	id VARCHAR(26) NOT NULL, 
	name TEXT NOT NULL, 
	locale VARCHAR(35) NOT NULL, 
	created BIGINT NOT NULL, 
	revision INTEGER NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "organisation" VALUES('01k7n5cng0e008000000000033','Routebook Demo','en',1795000000000,8);
CREATE TABLE projection_contact (
	id VARCHAR(26) NOT NULL, 
	root VARCHAR(26) NOT NULL, 
	bucket VARCHAR(64) NOT NULL, 
	home INTEGER NOT NULL, 
	customer TEXT, 
	name TEXT, 
	job_title TEXT, 
	phone TEXT, 
	email TEXT, 
	birthday TEXT, 
	channel TEXT, 
	description TEXT, 
	deleted BOOLEAN, 
	PRIMARY KEY (id)
);
CREATE TABLE projection_cursor (
	bucket VARCHAR(64) NOT NULL, 
	epoch BIGINT NOT NULL, 
	seq BIGINT NOT NULL, 
	PRIMARY KEY (bucket)
);
INSERT INTO "projection_cursor" VALUES('shared',1,9);
INSERT INTO "projection_cursor" VALUES('t:01k7n5cng0e00800000000000c',1,12);
INSERT INTO "projection_cursor" VALUES('t:01k7n5cng0e00800000000000d',1,2);
CREATE TABLE projection_customer (
	id VARCHAR(26) NOT NULL, 
	root VARCHAR(26) NOT NULL, 
	bucket VARCHAR(64) NOT NULL, 
	home INTEGER NOT NULL, 
	name TEXT, 
	relation TEXT, 
	parent TEXT, 
	territory TEXT, 
	owner TEXT, 
	trade TEXT, 
	street TEXT, 
	city TEXT, 
	region TEXT, 
	postcode TEXT, 
	country TEXT, 
	latitude BIGINT, 
	longitude BIGINT, 
	phone TEXT, 
	email TEXT, 
	website TEXT, 
	tax_number TEXT, 
	tags TEXT, 
	description TEXT, 
	since TEXT, 
	currency TEXT, 
	value_class TEXT, 
	phase TEXT, 
	phase_reason TEXT, 
	lifetime_value BIGINT, 
	revenue_12m BIGINT, 
	margin_12m BIGINT, 
	satisfaction BIGINT, 
	churn_risk BIGINT, 
	deleted BOOLEAN, 
	PRIMARY KEY (id)
);
INSERT INTO "projection_customer" VALUES('01k7n5cng0e008000000000035','01k7n5cng0e008000000000035','t:01k7n5cng0e00800000000000c',0,'Piekarnia',NULL,NULL,'01k7n5cng0e00800000000000c',NULL,NULL,NULL,'Hel',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'["cash"]',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "projection_customer" VALUES('01k7n5cng0e008000000000036','01k7n5cng0e008000000000036','t:01k7n5cng0e00800000000000d',1,'Apteka',NULL,NULL,'01k7n5cng0e00800000000000d',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE projection_deal (
	id VARCHAR(26) NOT NULL, 
	root VARCHAR(26) NOT NULL, 
	bucket VARCHAR(64) NOT NULL, 
	home INTEGER NOT NULL, 
	customer TEXT, 
	title TEXT, 
	owner TEXT, 
	stage TEXT, 
	stage_since BIGINT, 
	amount BIGINT, 
	currency TEXT, 
	margin BIGINT, 
	close_day TEXT, 
	next_step TEXT, 
	competitor TEXT, 
	lost_reason TEXT, 
	description TEXT, 
	deleted BOOLEAN, 
	PRIMARY KEY (id)
);
CREATE TABLE projection_note (
	id VARCHAR(26) NOT NULL, 
	root VARCHAR(26) NOT NULL, 
	bucket VARCHAR(64) NOT NULL, 
	home INTEGER NOT NULL, 
	customer TEXT, 
	person TEXT, 
	written_at BIGINT, 
	body TEXT, 
	pinned BOOLEAN, 
	deleted BOOLEAN, 
	PRIMARY KEY (id)
);
INSERT INTO "projection_note" VALUES('01k7n5cng0e008000000000037','01k7n5cng0e008000000000035','t:01k7n5cng0e00800000000000c',0,'01k7n5cng0e008000000000035','01k7n5cng0e008000000000001',1795000060000,'Closed on Mondays',NULL,NULL);
INSERT INTO "projection_note" VALUES('01k7n5cng0e00800000000003c','01k7n5cng0e008000000000035','t:01k7n5cng0e00800000000000c',0,'01k7n5cng0e008000000000035','01k7n5cng0e008000000000001',1,'to go',NULL,1);
INSERT INTO "projection_note" VALUES('01k7n5cng0e00800000000003d','01k7n5cng0e008000000000036','t:01k7n5cng0e00800000000000d',1,'01k7n5cng0e008000000000036','01k7n5cng0e008000000000001',1,'moves',NULL,NULL);
CREATE TABLE projection_order (
	id VARCHAR(26) NOT NULL, 
	root VARCHAR(26) NOT NULL, 
	bucket VARCHAR(64) NOT NULL, 
	home INTEGER NOT NULL, 
	customer TEXT, 
	person TEXT, 
	visit TEXT, 
	number TEXT, 
	status TEXT, 
	ordered_at BIGINT, 
	amount BIGINT, 
	currency TEXT, 
	lines TEXT, 
	deleted BOOLEAN, 
	PRIMARY KEY (id)
);
CREATE TABLE projection_person (
	id VARCHAR(26) NOT NULL, 
	root VARCHAR(26) NOT NULL, 
	bucket VARCHAR(64) NOT NULL, 
	home INTEGER NOT NULL, 
	deleted BOOLEAN, 
	name TEXT, 
	role TEXT, 
	email TEXT, 
	phone TEXT, 
	time_zone TEXT, 
	locale TEXT, 
	active BOOLEAN, 
	PRIMARY KEY (id)
);
INSERT INTO "projection_person" VALUES('01k7n5cng0e008000000000001','shared','shared',0,NULL,'Marek Kowal','rep',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "projection_person" VALUES('01k7n5cng0e008000000000002','shared','shared',0,NULL,'Ewa Lis','rep',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "projection_person" VALUES('01k7n5cng0e008000000000003','shared','shared',0,NULL,'Anna Nowak','manager',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "projection_person" VALUES('01k7n5cng0e008000000000004','shared','shared',0,NULL,'Jan Zieliński','administrator',NULL,NULL,NULL,NULL,NULL);
CREATE TABLE projection_product (
	id VARCHAR(26) NOT NULL, 
	root VARCHAR(26) NOT NULL, 
	bucket VARCHAR(64) NOT NULL, 
	home INTEGER NOT NULL, 
	name TEXT, 
	article_number TEXT, 
	category TEXT, 
	packaging TEXT, 
	price BIGINT, 
	currency TEXT, 
	active BOOLEAN, 
	deleted BOOLEAN, 
	PRIMARY KEY (id)
);
INSERT INTO "projection_product" VALUES('01k7n5cng0e00800000000003e','shared','shared',0,'Mąka',NULL,NULL,NULL,1200,'PLN',NULL,NULL);
CREATE TABLE projection_setting (
	id VARCHAR(26) NOT NULL, 
	root VARCHAR(26) NOT NULL, 
	bucket VARCHAR(64) NOT NULL, 
	home INTEGER NOT NULL, 
	name TEXT, 
	value TEXT, 
	deleted BOOLEAN, 
	PRIMARY KEY (id)
);
CREATE TABLE projection_task (
	id VARCHAR(26) NOT NULL, 
	root VARCHAR(26) NOT NULL, 
	bucket VARCHAR(64) NOT NULL, 
	home INTEGER NOT NULL, 
	title TEXT, 
	person TEXT, 
	customer TEXT, 
	visit TEXT, 
	type TEXT, 
	status TEXT, 
	due_day TEXT, 
	remind_at BIGINT, 
	done_at BIGINT, 
	snoozes BIGINT, 
	description TEXT, 
	deleted BOOLEAN, 
	PRIMARY KEY (id)
);
INSERT INTO "projection_task" VALUES('01k7n5cng0e008000000000039','01k7n5cng0e008000000000035','t:01k7n5cng0e00800000000000c',0,'Call','01k7n5cng0e008000000000001','01k7n5cng0e008000000000035',NULL,NULL,'open',NULL,NULL,NULL,2,NULL,NULL);
CREATE TABLE projection_territory (
	id VARCHAR(26) NOT NULL, 
	root VARCHAR(26) NOT NULL, 
	bucket VARCHAR(64) NOT NULL, 
	home INTEGER NOT NULL, 
	name TEXT, 
	parent TEXT, 
	country TEXT, 
	deleted BOOLEAN, 
	PRIMARY KEY (id)
);
INSERT INTO "projection_territory" VALUES('01k7n5cng0e00800000000000b','shared','shared',0,'0b',NULL,NULL,NULL);
INSERT INTO "projection_territory" VALUES('01k7n5cng0e00800000000000c','shared','shared',0,'0c','01k7n5cng0e00800000000000b',NULL,NULL);
INSERT INTO "projection_territory" VALUES('01k7n5cng0e00800000000000d','shared','shared',0,'0d','01k7n5cng0e00800000000000b',NULL,NULL);
INSERT INTO "projection_territory" VALUES('01k7n5cng0e00800000000000e','shared','shared',0,'0e',NULL,NULL,NULL);
CREATE TABLE projection_visit (
	id VARCHAR(26) NOT NULL, 
	root VARCHAR(26) NOT NULL, 
	bucket VARCHAR(64) NOT NULL, 
	home INTEGER NOT NULL, 
	customer TEXT, 
	person TEXT, 
	status TEXT, 
	purpose TEXT, 
	planned_day TEXT, 
	planned_at BIGINT, 
	position BIGINT, 
	checked_in_at BIGINT, 
	checked_out_at BIGINT, 
	check_out_estimated BOOLEAN, 
	presence TEXT, 
	latitude BIGINT, 
	longitude BIGINT, 
	accuracy BIGINT, 
	distance BIGINT, 
	outcome TEXT, 
	note TEXT, 
	next_step TEXT, 
	comments TEXT, 
	deleted BOOLEAN, 
	PRIMARY KEY (id)
);
INSERT INTO "projection_visit" VALUES('01k7n5cng0e00800000000003b','01k7n5cng0e008000000000035','t:01k7n5cng0e00800000000000c',0,'01k7n5cng0e008000000000035','01k7n5cng0e008000000000001','done',NULL,NULL,NULL,NULL,1795000060000,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'{"01k7n5ei3000090001":"hello"}',NULL);
CREATE TABLE record (
	bucket VARCHAR(64) NOT NULL, 
	seq BIGINT NOT NULL, 
	id TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	root TEXT NOT NULL, 
	home INTEGER NOT NULL, 
	device INTEGER NOT NULL, 
	doc TEXT NOT NULL, 
	PRIMARY KEY (bucket, seq), 
	UNIQUE (id)
)
 WITHOUT ROWID

;
INSERT INTO "record" VALUES('shared',1,'01k7n5cng0e008000000000001','person','shared',0,0,'{"k":"person","i":"01k7n5cng0e008000000000001","r":"shared","v":{"name":"Marek Kowal","role":"rep"},"s":{"01k7n5cng000000000":[]}}');
INSERT INTO "record" VALUES('shared',2,'01k7n5cng0e008000000000002','person','shared',0,0,'{"k":"person","i":"01k7n5cng0e008000000000002","r":"shared","v":{"name":"Ewa Lis","role":"rep"},"s":{"01k7n5cng000000000":[]}}');
INSERT INTO "record" VALUES('shared',3,'01k7n5cng0e008000000000003','person','shared',0,0,'{"k":"person","i":"01k7n5cng0e008000000000003","r":"shared","v":{"name":"Anna Nowak","role":"manager"},"s":{"01k7n5cng000000000":[]}}');
INSERT INTO "record" VALUES('shared',4,'01k7n5cng0e008000000000004','person','shared',0,0,'{"k":"person","i":"01k7n5cng0e008000000000004","r":"shared","v":{"name":"Jan Zieliński","role":"administrator"},"s":{"01k7n5cng000000000":[]}}');
INSERT INTO "record" VALUES('shared',5,'01k7n5cng0e00800000000000b','territory','shared',0,0,'{"k":"territory","i":"01k7n5cng0e00800000000000b","r":"shared","v":{"name":"0b","parent":null},"s":{"01k7n5cng000000000":[]}}');
INSERT INTO "record" VALUES('shared',6,'01k7n5cng0e00800000000000c','territory','shared',0,0,'{"k":"territory","i":"01k7n5cng0e00800000000000c","r":"shared","v":{"name":"0c","parent":"01k7n5cng0e00800000000000b"},"s":{"01k7n5cng000000000":[]}}');
INSERT INTO "record" VALUES('shared',7,'01k7n5cng0e00800000000000d','territory','shared',0,0,'{"k":"territory","i":"01k7n5cng0e00800000000000d","r":"shared","v":{"name":"0d","parent":"01k7n5cng0e00800000000000b"},"s":{"01k7n5cng000000000":[]}}');
INSERT INTO "record" VALUES('shared',8,'01k7n5cng0e00800000000000e','territory','shared',0,0,'{"k":"territory","i":"01k7n5cng0e00800000000000e","r":"shared","v":{"name":"0e","parent":null},"s":{"01k7n5cng000000000":[]}}');
INSERT INTO "record" VALUES('shared',9,'01k7n5cng0e00800000000003e','product','shared',0,3,'{"k":"product","i":"01k7n5cng0e00800000000003e","r":"shared","v":{"name":"Mąka","price":1200,"currency":"PLN"},"s":{"01k7n5cng000030003":[]}}');
INSERT INTO "record" VALUES('t:01k7n5cng0e00800000000000c',3,'01k7n5cng0e008000000000037','note','01k7n5cng0e008000000000035',0,1,'{"k":"note","i":"01k7n5cng0e008000000000037","r":"01k7n5cng0e008000000000035","v":{"customer":"01k7n5cng0e008000000000035","person":"01k7n5cng0e008000000000001","written_at":1795000060000,"body":"Closed on Mondays"},"s":{"01k7n5ei3000040001":[]}}');
INSERT INTO "record" VALUES('t:01k7n5cng0e00800000000000c',4,'01k7n5cng0e008000000000039','task','01k7n5cng0e008000000000035',0,1,'{"k":"task","i":"01k7n5cng0e008000000000039","r":"01k7n5cng0e008000000000035","v":{"title":"Call","person":"01k7n5cng0e008000000000001","customer":"01k7n5cng0e008000000000035","status":"open","snoozes":{"0001":[2,0]}},"s":{"01k7n5ei3000050001":[]}}');
INSERT INTO "record" VALUES('t:01k7n5cng0e00800000000000c',6,'01k7n5cng0e00800000000003b','visit','01k7n5cng0e008000000000035',0,1,'{"k":"visit","i":"01k7n5cng0e00800000000003b","r":"01k7n5cng0e008000000000035","v":{"customer":"01k7n5cng0e008000000000035","person":"01k7n5cng0e008000000000001","status":"done","checked_in_at":1795000060000,"comments":{"01k7n5ei3000090001":"hello"}},"s":{"01k7n5ei30000a0001":[]}}');
INSERT INTO "record" VALUES('t:01k7n5cng0e00800000000000c',9,'01k7n5cng0e008000000000035','customer','01k7n5cng0e008000000000035',0,1,'{"k":"customer","i":"01k7n5cng0e008000000000035","r":"01k7n5cng0e008000000000035","v":{"name":"Piekarnia","territory":"01k7n5cng0e00800000000000c","city":"Hel","tags":{"cash":[["01k7n5ei3000060001"],[]]}},"s":{"01k7n5cng000010003":[],"01k7n5gdl8000d0001":["city"]}}');
INSERT INTO "record" VALUES('t:01k7n5cng0e00800000000000c',10,'01k7n5cng0e00800000000003c','note','01k7n5cng0e008000000000035',0,1,'{"k":"note","i":"01k7n5cng0e00800000000003c","r":"01k7n5cng0e008000000000035","v":{"customer":"01k7n5cng0e008000000000035","person":"01k7n5cng0e008000000000001","written_at":1,"body":"to go","deleted":true},"s":{"01k7n5ei30000b0001":[],"01k7n5gdl8000e0001":["deleted"]}}');
INSERT INTO "record" VALUES('t:01k7n5cng0e00800000000000c',12,'moved:t:01k7n5cng0e00800000000000c:01k7n5cng0e008000000000036','moved','',1,3,'{"k":"moved","i":"01k7n5cng0e008000000000036","r":"01k7n5cng0e008000000000036","h":1}');
INSERT INTO "record" VALUES('t:01k7n5cng0e00800000000000d',1,'01k7n5cng0e008000000000036','customer','01k7n5cng0e008000000000036',1,3,'{"k":"customer","i":"01k7n5cng0e008000000000036","r":"01k7n5cng0e008000000000036","h":1,"v":{"name":"Apteka","territory":"01k7n5cng0e00800000000000d"},"s":{"01k7n5cng000020003":["name"],"01k7n5gdl8000g0003":[]}}');
INSERT INTO "record" VALUES('t:01k7n5cng0e00800000000000d',2,'01k7n5cng0e00800000000003d','note','01k7n5cng0e008000000000036',1,1,'{"k":"note","i":"01k7n5cng0e00800000000003d","r":"01k7n5cng0e008000000000036","h":1,"v":{"customer":"01k7n5cng0e008000000000036","person":"01k7n5cng0e008000000000001","written_at":1,"body":"moves"},"s":{"01k7n5gdl8000f0001":[]}}');
CREATE TABLE replica (
	device INTEGER NOT NULL, 
	person TEXT NOT NULL, 
	pushed BIGINT NOT NULL, 
	clamped VARCHAR(18) NOT NULL, 
	PRIMARY KEY (device)
);
INSERT INTO "replica" VALUES(1,'01k7n5cng0e008000000000001',10,'');
INSERT INTO "replica" VALUES(3,'01k7n5cng0e008000000000003',5,'');
CREATE TABLE session (
	token_hash BLOB NOT NULL, 
	device INTEGER NOT NULL, 
	created BIGINT NOT NULL, 
	expires BIGINT NOT NULL, 
	PRIMARY KEY (token_hash), 
	FOREIGN KEY(device) REFERENCES device (number)
);
INSERT INTO "session" VALUES(X'0F37E461388E8C631DE3CF49FEEDF7C619BB145731D9F8262CAB1E7AD1A10163',1,1795000000000,1802776121000);
INSERT INTO "session" VALUES(X'08E6692826EB5BAA46031A50B9884F7EE99F06CECA2B393C71F7DA598E596DDC',2,1795000000000,1802776121000);
INSERT INTO "session" VALUES(X'392B505C9E8005A09BD370B251DB20892717A96EDC116BD5B575827AC6D96DA0',3,1795000000000,1802776120000);
INSERT INTO "session" VALUES(X'ED07AB15F9727BEC9BE676758F92D29E1F7346C631BCDFF3892B70F93B10CABB',4,1795000000000,1802776000000);
CREATE TABLE sign_in_attempt (
	subject VARCHAR(80) NOT NULL, 
	failures INTEGER NOT NULL, 
	last BIGINT NOT NULL, 
	open_at BIGINT NOT NULL, 
	PRIMARY KEY (subject)
);
INSERT INTO "sign_in_attempt" VALUES('address:37fcff24bf62035b2b08020afc08b4fecd4fcffc',0,1795000000000,1795000000000);
CREATE TABLE verdict (
	device INTEGER NOT NULL, 
	n BIGINT NOT NULL, 
	doc TEXT NOT NULL, 
	PRIMARY KEY (device, n)
)
 WITHOUT ROWID

;
INSERT INTO "verdict" VALUES(1,7,'{"n":7,"verdict":"conflict","field":"city","losers":[{"field":"city","value":"Sopot","at":"01k7n5gcm0000c0003","person":"01k7n5cng0e008000000000003"}]}');
INSERT INTO "verdict" VALUES(1,10,'{"n":10,"verdict":"held","code":"forbidden","message":"No longer yours; the server keeps the change for whoever may apply it."}');
INSERT INTO "verdict" VALUES(3,4,'{"n":4,"verdict":"merged"}');
CREATE INDEX record_by_root ON record (root);
CREATE INDEX ix_history_id ON history (id);
CREATE INDEX ix_held_root ON held (root);
CREATE INDEX ix_projection_customer_root ON projection_customer (root);
CREATE INDEX ix_projection_customer_bucket ON projection_customer (bucket);
CREATE INDEX ix_projection_contact_bucket ON projection_contact (bucket);
CREATE INDEX ix_projection_contact_root ON projection_contact (root);
CREATE INDEX ix_projection_visit_root ON projection_visit (root);
CREATE INDEX ix_projection_visit_bucket ON projection_visit (bucket);
CREATE INDEX ix_projection_task_bucket ON projection_task (bucket);
CREATE INDEX ix_projection_task_root ON projection_task (root);
CREATE INDEX ix_projection_note_root ON projection_note (root);
CREATE INDEX ix_projection_note_bucket ON projection_note (bucket);
CREATE INDEX ix_projection_deal_bucket ON projection_deal (bucket);
CREATE INDEX ix_projection_deal_root ON projection_deal (root);
CREATE INDEX ix_projection_order_bucket ON projection_order (bucket);
CREATE INDEX ix_projection_order_root ON projection_order (root);
CREATE INDEX ix_projection_product_bucket ON projection_product (bucket);
CREATE INDEX ix_projection_product_root ON projection_product (root);
CREATE INDEX ix_projection_person_root ON projection_person (root);
CREATE INDEX ix_projection_person_bucket ON projection_person (bucket);
CREATE INDEX ix_projection_territory_bucket ON projection_territory (bucket);
CREATE INDEX ix_projection_territory_root ON projection_territory (root);
CREATE INDEX ix_projection_setting_bucket ON projection_setting (bucket);
CREATE INDEX ix_projection_setting_root ON projection_setting (root);
CREATE INDEX cover_by_territory ON cover (territory);
CREATE INDEX ix_device_person ON device (person);
CREATE INDEX ix_session_device ON session (device);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('device',4);
COMMIT;
PRAGMA user_version = 1;
