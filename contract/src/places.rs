//! Places on the map: coordinates with their datum and precision, distances, and links into map apps.
//! Positions of phones pass through here in the browser only; no request carries them.

use serde::{Deserialize, Serialize};

/// The datum a coordinate is given in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Datum {
    /// What phones and GPS give.
    Wgs84,
    /// The shifted datum of maps in China: Amap and Tencent.
    Gcj02,
    /// Baidu's own shift on top of GCJ-02.
    Bd09,
}

/// How exact a coordinate is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Precision {
    /// The door.
    Exact,
    /// Somewhere in the urban district.
    District,
    /// Somewhere in the county.
    County,
    /// Somewhere in the city.
    City,
}

/// A position in degrees.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Position {
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
    /// The datum.
    pub datum: Datum,
    /// How exact it is.
    pub precision: Precision,
}

/// Semi-major axis of the Krasovsky 1940 ellipsoid that GCJ-02 uses, metres.
const KRASOVSKY_A: f64 = 6_378_245.0;
/// Squared eccentricity of the same ellipsoid.
const KRASOVSKY_E2: f64 = 0.006_693_421_622_965_943;
/// Mean radius of the earth, kilometres (IUGG).
const EARTH_RADIUS_KM: f64 = 6371.0088;

impl Position {
    /// The same place in GCJ-02.
    ///
    /// The published approximation of the shift (as in `eviltransform` and `coordtransform`), exact to about a metre.
    pub fn to_gcj02(self) -> Self {
        match self.datum {
            Datum::Gcj02 => self,
            Datum::Wgs84 => {
                let (lat, lon) = wgs84_to_gcj02(self.lat, self.lon);
                Self { lat, lon, datum: Datum::Gcj02, ..self }
            }
            Datum::Bd09 => {
                let (lat, lon) = bd09_to_gcj02(self.lat, self.lon);
                Self { lat, lon, datum: Datum::Gcj02, ..self }
            }
        }
    }

    /// The same place in BD-09.
    pub fn to_bd09(self) -> Self {
        if self.datum == Datum::Bd09 {
            return self;
        }
        let gcj = self.to_gcj02();
        let (lat, lon) = gcj02_to_bd09(gcj.lat, gcj.lon);
        Self { lat, lon, datum: Datum::Bd09, ..self }
    }

    /// Great-circle distance in kilometres (haversine); both are brought to one datum first.
    pub fn distance_km(self, other: Self) -> f64 {
        let (from, to) = if self.datum == other.datum { (self, other) } else { (self.to_gcj02(), other.to_gcj02()) };
        let half_lat = (to.lat - from.lat).to_radians() / 2.0;
        let half_lon = (to.lon - from.lon).to_radians() / 2.0;
        let chord = sin(half_lat) * sin(half_lat)
            + cos(from.lat.to_radians()) * cos(to.lat.to_radians()) * sin(half_lon) * sin(half_lon);
        2.0 * EARTH_RADIUS_KM * chord.sqrt().clamp(0.0, 1.0).asin()
    }
}

/// A distance as it is told to a person: whole kilometres, and no more exact than the place is known.
///
/// Returns kilometres; 0 means "under one kilometre".
pub fn told_km(km: f64, precision: Precision) -> u32 {
    let step = match precision {
        Precision::Exact => 1.0,
        Precision::District | Precision::County => {
            if km < 100.0 {
                1.0
            } else {
                10.0
            }
        }
        Precision::City => {
            if km < 100.0 {
                5.0
            } else {
                10.0
            }
        }
    };
    ((km / step).round() * step) as u32
}

/// Links into the three map apps, each with its own datum and order of coordinates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MapLinks {
    /// 高德: GCJ-02, longitude first.
    pub amap: String,
    /// 百度: BD-09, latitude first.
    pub baidu: String,
    /// 腾讯: GCJ-02, latitude first.
    pub tencent: String,
}

impl MapLinks {
    /// Links that lead to `name` at `place`, or, where only the city is known, that search for the address.
    ///
    /// Documented at lbs.amap.com (`uri-api`), lbsyun.baidu.com (`uri`) and lbs.qq.com (`uriV1`).
    pub fn to(name: &str, address: &str, city: &str, place: Option<Position>) -> Self {
        let encode =
            |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20");
        let name_encoded = encode(name);
        let exact = place.filter(|place| place.precision == Precision::Exact);
        if let Some(place) = exact {
            let gcj = place.to_gcj02();
            let bd = place.to_bd09();
            return Self {
                amap: format!(
                    "https://uri.amap.com/navigation?to={:.6},{:.6},{name_encoded}&mode=car&coordinate=gaode&src=zaoshai&callnative=0",
                    gcj.lon, gcj.lat
                ),
                baidu: format!(
                    "https://api.map.baidu.com/marker?location={:.6},{:.6}&title={name_encoded}&content={name_encoded}&coord_type=bd09ll&output=html&src=webapp.zaoshai.app",
                    bd.lat, bd.lon
                ),
                tencent: format!(
                    "https://apis.map.qq.com/uri/v1/routeplan?type=drive&to={name_encoded}&tocoord={:.6},{:.6}&coord_type=2&policy=0&referer=zaoshai",
                    gcj.lat, gcj.lon
                ),
            };
        }
        // An approximate point would lead people to the wrong street: let the map search for the name instead.
        let search = encode(&if address.is_empty() || address.contains(name) {
            format!("{city}{name}")
        } else {
            format!("{address} {name}")
        });
        let city = encode(city);
        Self {
            amap: format!(
                "https://uri.amap.com/search?keyword={search}&city={city}&view=map&src=zaoshai&coordinate=gaode&callnative=0"
            ),
            baidu: format!(
                "https://api.map.baidu.com/place/search?query={search}&region={city}&output=html&src=webapp.zaoshai.app"
            ),
            tencent: format!("https://apis.map.qq.com/uri/v1/search?keyword={search}&region={city}&referer=zaoshai"),
        }
    }
}

fn outside_china(lat: f64, lon: f64) -> bool {
    !(72.004..=137.8347).contains(&lon) || !(0.8293..=55.8271).contains(&lat)
}

fn wgs84_to_gcj02(lat: f64, lon: f64) -> (f64, f64) {
    if outside_china(lat, lon) {
        return (lat, lon);
    }
    let pi = core::f64::consts::PI;
    let x = lon - 105.0;
    let y = lat - 35.0;
    let waves = (20.0 * sin(6.0 * x * pi) + 20.0 * sin(2.0 * x * pi)) * 2.0 / 3.0;
    let north = -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * x.abs().sqrt()
        + waves
        + (20.0 * sin(y * pi) + 40.0 * sin(y / 3.0 * pi)) * 2.0 / 3.0
        + (160.0 * sin(y / 12.0 * pi) + 320.0 * sin(y * pi / 30.0)) * 2.0 / 3.0;
    let east = 300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * x.abs().sqrt()
        + waves
        + (20.0 * sin(x * pi) + 40.0 * sin(x / 3.0 * pi)) * 2.0 / 3.0
        + (150.0 * sin(x / 12.0 * pi) + 300.0 * sin(x / 30.0 * pi)) * 2.0 / 3.0;
    let radians = lat.to_radians();
    let magic = 1.0 - KRASOVSKY_E2 * sin(radians) * sin(radians);
    let root = magic.sqrt();
    let d_lat = north * 180.0 / ((KRASOVSKY_A * (1.0 - KRASOVSKY_E2)) / (magic * root) * pi);
    let d_lon = east * 180.0 / (KRASOVSKY_A / root * cos(radians) * pi);
    (lat + d_lat, lon + d_lon)
}

fn gcj02_to_bd09(lat: f64, lon: f64) -> (f64, f64) {
    let turn = core::f64::consts::PI * 3000.0 / 180.0;
    let radius = (lon * lon + lat * lat).sqrt() + 0.000_02 * sin(lat * turn);
    let angle = lat.atan2(lon) + 0.000_003 * cos(lon * turn);
    (radius * sin(angle) + 0.006, radius * cos(angle) + 0.0065)
}

fn bd09_to_gcj02(lat: f64, lon: f64) -> (f64, f64) {
    let turn = core::f64::consts::PI * 3000.0 / 180.0;
    let (y, x) = (lat - 0.006, lon - 0.0065);
    let radius = (x * x + y * y).sqrt() - 0.000_02 * sin(y * turn);
    let angle = y.atan2(x) - 0.000_003 * cos(x * turn);
    (radius * sin(angle), radius * cos(angle))
}

/// The sine of an angle in radians, to a billionth for the angles of the conversions above.
/// The general one reduces angles of any size, and its tables weigh four kilobytes on a phone.
fn sin(angle: f64) -> f64 {
    use core::f64::consts::PI;
    let half_turns = (angle / PI + 0.5).floor();
    let rest = angle - half_turns * PI;
    // Taylor's series to the seventeenth power: the rest lies within a quarter turn, where the next term is below 1e-13.
    let square = rest * rest;
    let (mut term, mut sum) = (rest, rest);
    for n in 1..=8 {
        let n = f64::from(n);
        term *= -square / (2.0 * n * (2.0 * n + 1.0));
        sum += term;
    }
    if half_turns % 2.0 == 0.0 { sum } else { -sum }
}

/// The cosine, likewise.
fn cos(angle: f64) -> f64 {
    sin(angle + core::f64::consts::FRAC_PI_2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(lat: f64, lon: f64, datum: Datum) -> Position {
        Position { lat, lon, datum, precision: Precision::Exact }
    }

    /// Published pairs of the `coordtransform` crate and of `gcoord`.
    #[test]
    fn datums_convert_as_published() {
        let gcj = at(39.915, 116.404, Datum::Wgs84).to_gcj02();
        assert!((gcj.lat - 39.916_404).abs() < 2e-5 && (gcj.lon - 116.410_244).abs() < 2e-5, "{gcj:?}");
        let bd = at(39.915, 116.404, Datum::Gcj02).to_bd09();
        assert!((bd.lat - 39.921_336_99).abs() < 1e-6 && (bd.lon - 116.410_369_49).abs() < 1e-6, "{bd:?}");
    }

    #[test]
    fn sines_are_those_of_the_standard_library() {
        for n in -60_000..60_000 {
            let angle = f64::from(n) * 0.01;
            assert!((sin(angle) - angle.sin()).abs() < 1e-10, "{angle}");
            assert!((cos(angle) - angle.cos()).abs() < 1e-10, "{angle}");
        }
    }

    #[test]
    fn distances_are_those_of_the_globe() {
        let beijing = at(39.9042, 116.4074, Datum::Wgs84);
        let shanghai = at(31.2304, 121.4737, Datum::Wgs84);
        assert!((beijing.distance_km(shanghai) - 1067.0).abs() < 3.0);
        assert!(beijing.distance_km(beijing) < 1e-9);
    }

    #[test]
    fn a_distance_is_not_told_finer_than_the_place_is_known() {
        for (km, precision, told) in [
            (4.4, Precision::District, 4),
            (98.7, Precision::County, 99),
            (1138.0, Precision::County, 1140),
            (12.0, Precision::City, 10),
            (0.3, Precision::Exact, 0),
        ] {
            assert_eq!(told_km(km, precision), told);
        }
    }

    #[test]
    fn each_map_gets_its_own_order_and_datum() {
        let links = MapLinks::to("市二院", "解放街1号", "株洲市", Some(at(27.87, 113.13, Datum::Gcj02)));
        assert!(links.amap.contains("to=113.130000,27.870000,"), "{}", links.amap);
        assert!(links.tencent.contains("tocoord=27.870000,113.130000"), "{}", links.tencent);
        assert!(links.baidu.contains("location=27.87") && links.baidu.contains("coord_type=bd09ll"), "{}", links.baidu);
        assert!(!links.baidu.contains("27.870000,113.130000"), "Baidu's datum is shifted");
    }

    #[test]
    fn an_approximate_place_is_searched_for_and_never_navigated_to() {
        let place = Position { precision: Precision::City, ..at(27.87, 113.13, Datum::Wgs84) };
        let links = MapLinks::to("市二院", "", "株洲市", Some(place));
        for link in [&links.amap, &links.baidu, &links.tencent] {
            assert!(link.contains("search") && !link.contains("27.8"), "{link}");
        }
    }

    proptest! {
        #[test]
        fn baidus_shift_can_be_undone(lat in 18.0_f64..53.0, lon in 74.0_f64..134.0) {
            let there = at(lat, lon, Datum::Gcj02).to_bd09();
            let back = at(there.lat, there.lon, Datum::Bd09).to_gcj02();
            prop_assert!((back.lat - lat).abs() < 1e-5 && (back.lon - lon).abs() < 1e-5);
        }

        #[test]
        fn the_shift_is_under_a_kilometre(lat in 18.0_f64..53.0, lon in 74.0_f64..134.0) {
            let here = at(lat, lon, Datum::Wgs84);
            let shifted = here.to_gcj02();
            let there = at(shifted.lat, shifted.lon, Datum::Wgs84);
            prop_assert!(here.distance_km(there) < 1.5);
        }
    }
}
