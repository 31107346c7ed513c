package filter

import (
	"math"

	"github.com/qdrant/go-client/qdrant"

	"github.com/naru-rag/naru/store/embedded/internal/payload"
)

// hasPlace holds where test does for a place of the field. The numbers of the
// place may be beyond the poles and the antimeridian, as in Qdrant.
func (f field) hasPlace(test func(lat, lon float64) bool) *leaf {
	return f.has(costGeo, func(v *qdrant.Value) bool {
		lat, lon, ok := payload.Coordinates(v)
		return ok && test(lat, lon)
	})
}

// earthRadius is the mean radius of the Earth in metres that Qdrant uses.
const earthRadius = 6371008.8

// distance returns the metres between two places along the surface of a sphere,
// by the haversine formula.
func distance(lat1, lon1, lat2, lon2 float64) float64 {
	const degree = math.Pi / 180
	sinLat := math.Sin((lat2 - lat1) * degree / 2)
	sinLon := math.Sin((lon2 - lon1) * degree / 2)
	a := sinLat*sinLat + math.Cos(lat1*degree)*math.Cos(lat2*degree)*sinLon*sinLon
	return 2 * earthRadius * math.Asin(math.Sqrt(a))
}

// inGeoRadius holds for places nearer to the centre than the radius.
func (f field) inGeoRadius(of *qdrant.GeoRadius) (*leaf, error) {
	centre := of.GetCenter()
	if centre == nil {
		return nil, invalid("Malformed GeoRadius type: geo_radius of field %q has no center", f.path)
	}
	if err := f.checkPoint("geo_radius", centre); err != nil {
		return nil, err
	}
	return f.hasPlace(func(lat, lon float64) bool {
		return distance(centre.Lat, centre.Lon, lat, lon) < float64(of.Radius)
	}), nil
}

// inGeoBoundingBox holds for places within the box, not on its edges. One whose
// left is east of its right goes across the antimeridian.
func (f field) inGeoBoundingBox(of *qdrant.GeoBoundingBox) (*leaf, error) {
	topLeft, bottomRight := of.GetTopLeft(), of.GetBottomRight()
	if topLeft == nil || bottomRight == nil {
		return nil, invalid("Malformed GeoBoundingBox type: geo_bounding_box of field %q needs top_left and bottom_right", f.path)
	}
	if err := f.checkPoint("geo_bounding_box", topLeft, bottomRight); err != nil {
		return nil, err
	}
	return f.hasPlace(func(lat, lon float64) bool {
		east, west := lon > topLeft.Lon, lon < bottomRight.Lon
		if topLeft.Lon > bottomRight.Lon {
			return (east || west) && lat > bottomRight.Lat && lat < topLeft.Lat
		}
		return east && west && lat > bottomRight.Lat && lat < topLeft.Lat
	}), nil
}

// inGeoPolygon holds for places within the exterior and outside the interiors,
// not on a line.
func (f field) inGeoPolygon(of *qdrant.GeoPolygon) (*leaf, error) {
	if of.GetExterior() == nil {
		return nil, invalid("Malformed GeoPolygon type: geo_polygon of field %q has no exterior", f.path)
	}
	exterior, err := f.ring(of.GetExterior())
	if err != nil {
		return nil, err
	}
	var interiors []ring
	for _, line := range of.GetInteriors() {
		interior, err := f.ring(line)
		if err != nil {
			return nil, err
		}
		interiors = append(interiors, interior)
	}
	return f.hasPlace(func(lat, lon float64) bool {
		p := point{x: lon, y: lat}
		if exterior.locate(p) != inside {
			return false
		}
		for _, interior := range interiors {
			if interior.locate(p) != outside {
				return false
			}
		}
		return true
	}), nil
}

func (f field) ring(line *qdrant.GeoLineString) (ring, error) {
	points := line.GetPoints()
	if len(points) < 4 {
		return ring{}, invalid("geo_polygon of field %q has a line of %d points; it must have at least 4", f.path, len(points))
	}
	if err := f.checkPoint("geo_polygon", points...); err != nil {
		return ring{}, err
	}
	first, last := points[0], points[len(points)-1]
	if first.Lat != last.Lat || first.Lon != last.Lon {
		return ring{}, invalid("geo_polygon of field %q has a line that is not closed: its first and last point must be the same", f.path)
	}
	corners := make([]point, len(points))
	for i, p := range points {
		corners[i] = point{x: p.Lon, y: p.Lat}
	}
	return newRing(corners), nil
}

func (f field) checkPoint(test string, points ...*qdrant.GeoPoint) error {
	for _, p := range points {
		if p == nil { // from a caller in this process: a wire has no such thing
			return invalid("%s of field %q has a point that is nil", test, f.path)
		}
		if lat, lon := p.GetLat(), p.GetLon(); !(lat >= -90 && lat <= 90 && lon >= -180 && lon <= 180) {
			return invalid("%s of field %q: latitude %v must be within [-90, 90] and longitude %v within [-180, 180]", test, f.path, lat, lon)
		}
	}
	return nil
}
