package payload

import "github.com/qdrant/go-client/qdrant"

// Location returns the place that an object {"lat": degrees, "lon": degrees}
// names; ok is false for anything else, and where a latitude is outside
// [-90, 90] or a longitude outside [-180, 180].
func Location(v *qdrant.Value) (lat, lon float64, ok bool) {
	lat, lon, ok = Coordinates(v)
	return lat, lon, ok && lat >= -90 && lat <= 90 && lon >= -180 && lon <= 180
}

// Coordinates is [Location] without limits to the numbers: Qdrant's geo
// conditions do not check them where the field has no index.
func Coordinates(v *qdrant.Value) (lat, lon float64, ok bool) {
	fields := v.GetStructValue().GetFields()
	lat, hasLat := Number(fields["lat"])
	lon, hasLon := Number(fields["lon"])
	return lat, lon, hasLat && hasLon
}

// Number returns v as a float64, which rounds integers beyond 2⁵³; ok is false
// where v is not a number.
func Number(v *qdrant.Value) (x float64, ok bool) {
	switch k := v.GetKind().(type) {
	case *qdrant.Value_IntegerValue:
		return float64(k.IntegerValue), true
	case *qdrant.Value_DoubleValue:
		return k.DoubleValue, true
	}
	return 0, false
}
