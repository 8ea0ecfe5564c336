/** Words for the people and companies of repeated demo conversations. None of them is a word that a policy looks for. */

type Words = readonly [string, ...string[]];

function words(text: string): Words {
  const [first = "", ...rest] = text.trim().split(/\s+/);
  return [first, ...rest];
}

export const givenNames = words(`
  Abena Adrien Aiko Alejandra Amara Anouk Arjun Astrid Aylin Beatriz Benedikt Bilal Camila Cheng Ciara Dagmar Darius
  Deepika Eitan Elif Emilia Esteban Farah Felix Fernanda Gabor Gloria Hana Hassan Ines Ivana Jamal Johanna Kaito Karim
  Katarina Keiko Lamine Leila Linnea Lucas Mahmoud Manon Marek Mei Miriam Nadia Nils Nuria Olga Omar Paloma Pedro
  Quentin Rania Ravi Renata Ruth Samira Sanjay Selma Sven Tamara Tariq Ursula Valentin Vera Wanjiru Xavier Yara Zofia
`);

export const familyNames = words(`
  Abara Alvarez Amato Andersen Aoki Bakker Banerjee Barros Becker Bianchi Bouchard Castillo Chandra Cohen Costa Diallo
  Dimitrov Eriksen Fernandes Fischer Fontaine Garcia Georgiou Haddad Hakimi Hansen Horvat Ibrahim Ionescu Jansen Jovanovic
  Kamau Karlsson Kato Keller Kowalski Kumar Laurent Leblanc Lombardi Magnusson Makinen Mensah Moreau Mwangi Nakamura
  Navarro Novak Okafor Olsen Osei Papas Pereira Petrov Quiroga Rahman Ricci Rossi Sahin Santos Schmitz Silva Singh Soto
  Suzuki Tanaka Thapa Toure Urban Vargas Vasquez Weiss Yilmaz Zimmer
`);

export const companyFirstWords = words(`
  Alder Amber Anchor Arbor Aspen Atlas Basalt Beacon Birch Bluff Bramble Bronze Canyon Cedar Clover Cobalt Compass Copper
  Coral Crescent Delta Drift Ember Fairway Fern Flint Fjord Gale Garnet Glacier Granite Grove Harbor Hazel Heron Indigo
  Iris Juniper Kestrel Lark Laurel Linden Lunar Maple Marble Meadow Mesa Mistral Moss Nimbus Northgate Oak Ochre Onyx Opal
  Orchard Osprey Pebble Pine Prairie Quarry Quartz Raven Ridge River Rowan Saffron Sage Sierra Slate Spruce Summit Thistle
  Timber Tundra Umber Vale Walnut Willow Zephyr
`);

export const companySecondWords = words(`
  Bakeries Builders Cafes Care Catering Cinemas Cleaning Clinics Couriers Dairies Dental Events Facilities Farms Ferries
  Fisheries Fitness Foods Freight Gardens Grocers Haulage Hospitality Hotels Joinery Kitchens Laundries Logistics Markets
  Mills Movers Museums Nurseries Optics Packaging Parking Pharmacies Physio Plumbing Press Printing Rail Removals Resorts
  Retail Roofing Salons Schools Security Shipping Solar Stages Stores Theatres Tours Transport Vets Warehousing Windows
`);
