using Filecoin.Curio;

namespace SealerRecover.Tests.Curio;

/// <summary>What Curio's rows say of where things are, without a database.</summary>
public sealed class CurioPlacesTests
{
    [Theory]
    [InlineData("""{"Authorization":["Bearer x"],"X-A":["1","2"]}""", "Authorization: Bearer x|X-A: 1|X-A: 2")]
    [InlineData("""{"Authorization":"Bearer x"}""", "Authorization: Bearer x")]
    [InlineData("""{"A":[1,null,{}],"B":7}""", "")]
    [InlineData("[]", "")]
    [InlineData("null", "")]
    [InlineData(null, "")]
    [InlineData("{", "")]
    public void Headers_are_read_in_either_form(string? json, string expected) =>
        Assert.Equal(expected, string.Join('|', CurioPlaces.HeadersOf(json).Select(header => $"{header.Key}: {header.Value}")));

    [Theory]
    [InlineData("""{"source_http":{"urls":[{"url":"https://a/x","headers":{"K":["v"]},"priority":0},{"url":"http://b/y","headers":null}]}}""", "https://a/x K=v|http://b/y ")]
    [InlineData("""{"source_http":{"urls":[{"url":"ftp://a"},{"url":7},{},null,7]}}""", "")]
    [InlineData("""{"source_http":null,"source_offline":{}}""", "")]
    [InlineData("""{"source_http":{"urls":null}}""", "")]
    [InlineData("null", "")]
    [InlineData(null, "")]
    [InlineData("{\"source_http\":", "")]
    public void Addresses_of_a_deal_are_read(string? json, string expected) =>
        Assert.Equal(expected, string.Join('|', CurioPlaces.OfMk20(json).Select(address => $"{address.Url} {string.Join(',', address.Headers.Select(header => $"{header.Key}={header.Value}"))}")));

    [Fact]
    public void An_address_never_shows_itself() =>
        Assert.DoesNotContain("s3kr1t", new CurioAddress("https://a/x?s3kr1t", [KeyValuePair.Create("K", "s3kr1t")]).ToString(), StringComparison.Ordinal);

    [Theory]
    [InlineData("http://10.0.0.7:12300/remote", true)]
    [InlineData("http://10.0.0.7:12300/remote/", true)]
    [InlineData("http://10.0.0.7:12300", true)]
    [InlineData("10.0.0.7:12300", true)]
    [InlineData("10.0.0.7:1230", false)]
    [InlineData("10.0.0.7", false)]
    [InlineData("/", false)]
    [InlineData("", false)]
    public void A_machine_is_meant_by_its_URL_or_its_host_and_port(string name, bool isMeant) =>
        Assert.Equal(isMeant, CurioStorage.IsUrl("http://10.0.0.7:12300/remote", name));
}
