using Filecoin.Primitives;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace SealerRecover.Tests.Primitives;

public sealed class AddressTests
{
    /// <summary>Text and byte form; the hashed ones are go-address's own examples, checksums confirmed with Python's hashlib.</summary>
    public static TheoryData<string, string> KnownAddresses => new()
    {
        { "f00", "0000" },
        { "f01000", "00e807" },
        { "f0127", "007f" },
        { "f0128", "008001" },
        { "f01938223", "00afa676" },
        { "f09223372036854775807", "00ffffffffffffffff7f" },
        { "f15ihq5ibzwki2b4ep2f46avlkrqzhpqgtga7pdrq", "01ea0f0ea039b291a0f08fd179e0556a8c3277c0d3" },
        { "f12fiakbhe2gwd5cnmrenekasyn6v5tnaxaqizq6a", "01d1500504e4d1ac3e89ac891a4502586fabd9b417" },
        { "f24vg6ut43yw2h2jqydgbg2xq7x6f4kub3bg6as6i", "02e54dea4f9bc5b47d261819826d5e1fbf8bc5503b" },
        {
            "f3vvmn62lofvhjd2ugzca6sof2j2ubwok6cj4xxbfzz4yuxfkgobpihhd2thlanmsh3w2ptld2gqkn2jvlss4a",
            "03ad58df696e2d4e91ea86c881e938ba4ea81b395e12797b84b9cf314b9546705e839c7a99d606b247ddb4f9ac7a3414dd"
        },
        { "f410fkkld55ioe7qg24wvt7fu6pbknb56ht7pt4zamxa", "040a52963ef50e27e06d72d59fcb4f3c2a687be3cfef" },
    };

    [Theory]
    [MemberData(nameof(KnownAddresses))]
    public void Known_addresses_read_and_print_on_both_networks(string text, string bytes)
    {
        Address address = Address.Parse(text);
        Assert.Equal(bytes, Convert.ToHexStringLower(address.Bytes));
        Assert.Equal(text, address.ToString());
        Assert.Equal((AddressProtocol)(text[1] - '0'), address.Protocol);

        string onTestNetwork = "t" + text[1..];
        Assert.Equal(address, Address.Parse(onTestNetwork));
        Assert.Equal(onTestNetwork, address.ToString('t'));
        Assert.True(Address.TryFromBytes(Convert.FromHexString(bytes), out Address? fromBytes));
        Assert.Equal(address, fromBytes);
        Assert.Equal(address.GetHashCode(), fromBytes.GetHashCode());
    }

    [Theory]
    [InlineData("f01000", 1000)]
    [InlineData("t0127", 127)]
    public void Only_id_addresses_hold_an_actor_id(string text, ulong id)
    {
        Assert.Equal(new ActorId(id), Address.Parse(text).ActorId);
        Assert.Equal(Address.Parse(text), Address.FromActorId(new ActorId(id)));
        Assert.Null(Address.Parse("f24vg6ut43yw2h2jqydgbg2xq7x6f4kub3bg6as6i").ActorId);
    }

    /// <summary>The entropy examples of ticket drawing.</summary>
    [Theory]
    [InlineData("f01000", "4300e807")]
    [InlineData("f0127", "42007f")]
    [InlineData("f0128", "43008001")]
    [InlineData("f01938223", "4400afa676")]
    public void Cbor_is_a_byte_string_of_the_bytes(string text, string cbor) =>
        Assert.Equal(cbor, Convert.ToHexStringLower(Address.Parse(text).ToCbor()));

    [Fact]
    public void Cbor_of_long_addresses_has_a_length_byte()
    {
        byte[] cbor = Address.Parse("f3vvmn62lofvhjd2ugzca6sof2j2ubwok6cj4xxbfzz4yuxfkgobpihhd2thlanmsh3w2ptld2gqkn2jvlss4a").ToCbor();
        Assert.Equal([0x58, 49, 3], cbor[..3]);
        Assert.Equal(51, cbor.Length);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("f")]
    [InlineData("f0")]
    [InlineData("F01000")]
    [InlineData("x01000")]
    [InlineData("01000")]
    [InlineData("1000")]
    [InlineData(" f01000")]
    [InlineData("f01000 ")]
    [InlineData("f0+1")]
    [InlineData("f0-1")]
    [InlineData("f01e3")]
    [InlineData("f001000")]
    [InlineData("f0٣")]
    [InlineData("f09223372036854775808")]
    [InlineData("f099999999999999999999999")]
    [InlineData("f51000")]
    [InlineData("<empty>")]
    [InlineData("f01000/../../etc/passwd")]
    [InlineData("f15ihq5ibzwki2b4ep2f46avlkrqzhpqgtga7pdrr")]
    [InlineData("f15ihq5ibzwki2b4ep2f46avlkrqzhpqgtga7pdr")]
    [InlineData("f15IHQ5IBZWKI2B4EP2F46AVLKRQZHPQGTGA7PDRQ")]
    [InlineData("f25ihq5ibzwki2b4ep2f46avlkrqzhpqgtga7pdrq")]
    [InlineData("f1")]
    [InlineData("f1aaaa")]
    [InlineData("f4f")]
    [InlineData("f4xf")]
    [InlineData("f410kkld55ioe7qg24wvt7fu6pbknb56ht7pt4zamxa")]
    [InlineData("f411fkkld55ioe7qg24wvt7fu6pbknb56ht7pt4zamxa")]
    public void What_is_no_address_is_refused_with_a_sentence_that_does_not_repeat_it(string? text)
    {
        Assert.False(Address.TryParse(text, out Address? address));
        Assert.Null(address);
        FormatException error = Assert.Throws<FormatException>(() => Address.Parse(text));
        Assert.NotEmpty(error.Message);
        Assert.True(string.IsNullOrEmpty(text) || text.Length < 8 || !error.Message.Contains(text, StringComparison.Ordinal));
    }

    [Fact]
    public void Endless_text_is_refused_at_once()
    {
        Assert.False(Address.TryParse("f0" + new string('1', 100_000_000), out _));
        Assert.False(Address.TryParse("f4" + new string('1', 1_000_000) + "f", out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("00e80700")]
    [InlineData("00e88700")]
    [InlineData("00ffffffffffffffffff01")]
    [InlineData("01aa")]
    [InlineData("05e807")]
    [InlineData("ff")]
    public void Bytes_that_are_no_address_are_refused(string hex) => Assert.False(Address.TryFromBytes(Convert.FromHexString(hex), out _));

    [Fact]
    public void Any_bytes_that_read_print_to_text_that_reads_back()
    {
        Gen<byte[]> likely =
            from protocol in Gen.Choose(0, 5)
            from length in Gen.Elements(0, 1, 2, 9, 19, 20, 21, 48, 54, 60)
            from payload in Gen.ArrayOf(Gen.Choose(0, 255).Select(b => (byte)b), length)
            select (byte[])[(byte)protocol, .. payload];
        Prop.ForAll(likely.ToArbitrary(), bytes =>
            !Address.TryFromBytes(bytes, out Address? address)
            || (address.Equals(Address.Parse(address.ToString())) && address.Bytes.SequenceEqual(bytes)))
            .QuickCheckThrowOnFailure();
    }

    [Fact]
    public void One_changed_character_is_always_noticed()
    {
        const string Good = "f24vg6ut43yw2h2jqydgbg2xq7x6f4kub3bg6as6i";
        for (int i = 2; i < Good.Length; i++)
        {
            string bad = Good[..i] + (Good[i] == 'a' ? 'b' : 'a') + Good[(i + 1)..];
            Assert.False(Address.TryParse(bad, out _), bad);
        }
    }
}
