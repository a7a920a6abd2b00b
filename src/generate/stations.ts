import { hashBelow, Random } from './random.js'

const CITIES =
  'Aberdeen,Abidjan,Addis Ababa,Adelaide,Alexandria,Almaty,Amsterdam,Anchorage,Antananarivo,Århus,Asunción,Athens,' +
  'Auckland,Baghdad,Bamako,Bangkok,Barcelona,Beirut,Belgrade,Bergen,Berlin,Bogotá,Brasília,Bratislava,Brisbane,' +
  'Brussels,Bucharest,Budapest,Buenos Aires,Bulawayo,Cairo,Calgary,Canberra,Cape Town,Caracas,Casablanca,Chișinău,' +
  'Cluj-Napoca,Córdoba,Dakar,Damascus,Dar es Salaam,Darwin,Dhaka,Dublin,Edinburgh,Fortaleza,Gdańsk,Genève,Göteborg,' +
  'Hà Nội,Hamburg,Havana,Helsinki,Hong Kong,Honolulu,Île-de-France,Innsbruck,İstanbul,İzmir,Jakarta,Johannesburg,Kabul,' +
  'Kampala,Kathmandu,Kinshasa,Kraków,La Paz,Lagos,León,Lima,Lisboa,Ljubljana,London,Luanda,Lusaka,Lyon,Łódź,Madrid,' +
  'Málaga,Malmö,Manila,Marrakesh,Melbourne,Mexico City,Montréal,Mumbai,München,Nairobi,New York,Nouakchott,Oslo,Ottawa,' +
  'Ouagadougou,Palermo,Paris,Perth,Petropavlovsk-Kamchatsky,Phnom Penh,Praha,Québec,Quito,Reykjavík,Rīga,Roma,' +
  'San Francisco,Santiago de Chile,São Paulo,Saskatoon,Seoul,Shanghai,Singapore,Skopje,Sofia,St. John’s,Stockholm,' +
  'Sydney,Tallinn,Tórshavn,Tromsø,Ulaanbaatar,Ürümqi,Valparaíso,Vilnius,Warszawa,Wellington,Xi’an,Yaoundé,Zagreb,' +
  'Zürich,Αθήνα,София,Київ,Тбилиси,القاهرة,दिल्ली,北京,東京,서울'

const SYLLABLES =
  'ba,be,bo,da,do,fel,ga,gor,ha,hal,in,jo,ka,kel,ki,la,lin,lo,ma,mar,mi,na,nor,o,pa,ra,ri,ro,sa,sel,ta,tor,u,va,ves,' +
  'wil,ya,zan,æ,ø,ün,çe,ñu,ło,șa,ây,zhe,è'

const MAX_NAME_BYTES = 100
/** Of generated names, each so-manieth is drawn out to `MAX_NAME_BYTES`. */
const LONG_NAME_STRIDE = 97

/**
 * List station names: cities of the world, then invented ones. All differ, none is longer than 100 bytes of UTF-8;
 * the first so many are the same for every count.
 */
export function stationNames(count: number): string[] {
  const names = new Set<string>(CITIES.split(',').slice(0, count))
  const syllables = SYLLABLES.split(',')
  const random = new Random(412)
  for (let invented = 1; names.size < count; invented++) {
    const isLong = invented % LONG_NAME_STRIDE === 0
    const name = capitalise(inventName(syllables, random, isLong ? MAX_NAME_BYTES : 4 + random.below(12)))
    names.add(name)
  }
  return [...names]
}

/** The usual temperature of a station, in tenths of a degree: -20.0 to 34.9. */
export function usualTemperature(station: number): number {
  return hashBelow(station + 1, 550) - 200
}

function inventName(syllables: readonly string[], random: Random, bytes: number): string {
  let name = syllables[random.below(syllables.length)] as string
  for (;;) {
    const joint = name.length > 12 && random.below(5) === 0 ? ' ' : ''
    const longer = name + joint + (syllables[random.below(syllables.length)] as string)
    if (Buffer.byteLength(longer) > bytes) return name
    name = longer
  }
}

/** Capitalise without the platform's locale. */
function capitalise(name: string): string {
  return name.replace(/^./u, (letter) => letter.toUpperCase())
}
