package formula

import (
	"math"

	"github.com/qdrant/go-client/qdrant"

	"github.com/naru-rag/naru/store/embedded/internal/payload"
)

// earthRadius is the mean radius of the earth in metres (IUGG).
const earthRadius = 6371008.8

// distance is the way in metres from a place to the one at a payload key.
type distance struct {
	lat, lon float64
	to       *field
}

func (c *compiler) distance(geo *qdrant.GeoDistance) (expression, *flaw) {
	if geo.GetOrigin() == nil {
		return nil, flawed("is missing").in(".origin")
	}
	to, flaw := c.field(geo.GetTo())
	return distance{lat: geo.Origin.GetLat(), lon: geo.Origin.GetLon(), to: to}, flaw.in(".to")
}

func (d distance) eval(p *Point) (float64, error) {
	value := d.to.value(p)
	lat, lon, ok := place(value)
	if !ok {
		return 0, d.to.unfit(p, value, "one place with lat and lon in range")
	}
	return haversine(d.lat, d.lon, lat, lon), nil
}

// place reads {"lat": …, "lon": …} or, because Qdrant does here, an array of
// longitude and latitude.
func place(value *qdrant.Value) (lat, lon float64, ok bool) {
	pair := value.GetListValue().GetValues()
	if len(pair) != 2 {
		return payload.Location(value)
	}
	lon, lonOK := payload.Number(pair[0])
	lat, latOK := payload.Number(pair[1])
	return lat, lon, lonOK && latOK && math.Abs(lat) <= 90 && math.Abs(lon) <= 180
}

// haversine is the distance in metres over a sphere, from degrees.
func haversine(lat1, lon1, lat2, lon2 float64) float64 {
	const radian = math.Pi / 180
	north := math.Sin((lat2 - lat1) * radian / 2)
	east := math.Sin((lon2 - lon1) * radian / 2)
	// The conversion keeps compilers from fusing products and sum, which rounds
	// differently.
	chord := float64(north*north) + float64(math.Cos(lat1*radian)*math.Cos(lat2*radian)*(east*east))
	return 2 * earthRadius * math.Asin(math.Sqrt(chord))
}
