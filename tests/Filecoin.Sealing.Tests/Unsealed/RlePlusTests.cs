using Filecoin.Sealing.Unsealed;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Filecoin.Sealing.Tests.Unsealed;

public sealed class RlePlusTests
{
    /// <summary>Numbers as "first-last", and their encoding. The first is go-bitfield's own test (rle/internal/rleplus), the others follow from it by hand.</summary>
    public static TheoryData<string, string> Known => new()
    {
        { "0-0 2-2 4-6 11-27", "7c472202" },
        { "0-34359738367", "041010101030" },
        { "0-2047", "041002" },
        { "1024-1535", "0010014002" },
        { "0-127 256-511", "043000c0000005" },
        { "", "" },
    };

    [Theory]
    [MemberData(nameof(Known))]
    public void Known_sets_are_encoded_and_decoded(string numbers, string hex)
    {
        PaddedRange[] ranges = Parse(numbers);

        Assert.Equal(hex, Convert.ToHexStringLower(RlePlus.Encode(ranges)));
        Assert.True(RlePlus.TryDecode(Convert.FromHexString(hex), out IReadOnlyList<PaddedRange> read));
        Assert.Equal(ranges, read);
    }

    [Fact]
    public void Any_set_reads_back() => Prop.ForAll(
        Gen.Choose(0, 40).SelectMany(shift => Gen.Choose(1, 300).Select(low => (1L << shift) + low)).ListOf().ToArbitrary(),
        lengths =>
        {
            // Alternately absent and present; a set may begin with either.
            List<PaddedRange> ranges = [];
            long offset = 0;
            foreach (long[] pair in lengths.Chunk(2).Where(pair => pair.Length == 2))
            {
                offset += ranges.Count == 0 && lengths[0] % 2 == 0 ? 0 : pair[0];
                ranges.Add(new PaddedRange(offset, pair[1]));
                offset += pair[1];
            }

            return RlePlus.TryDecode(RlePlus.Encode(ranges), out IReadOnlyList<PaddedRange> read) && read.SequenceEqual(ranges);
        }).QuickCheckThrowOnFailure();

    /// <summary>Version 1, a zero byte at the end, 2^63 (go-bitfield's test), a varint that does not end, one that is not shortest.</summary>
    [Theory]
    [InlineData("05")]
    [InlineData("00")]
    [InlineData("04100200")]
    [InlineData("00101010101010101030004004")]
    [InlineData("e4ffffffffffffffffffffffff")]
    [InlineData("041010")]
    public void What_is_not_well_formed_is_refused(string hex)
    {
        // A varint cut off by the end has zeros behind it: 0 after other bytes is not the shortest form.
        Assert.False(RlePlus.TryDecode(Convert.FromHexString(hex), out _));
    }

    [Fact]
    public void Any_bytes_are_decoded_or_refused_without_failing() => Prop.ForAll<byte[]>(bytes =>
    {
        bool ok = RlePlus.TryDecode(bytes, out IReadOnlyList<PaddedRange> ranges);
        return !ok || ranges.Zip(ranges.Skip(1)).All(pair => pair.First.End < pair.Second.Offset);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Ranges_that_touch_or_overlap_are_joined() => Assert.Equal(
        Parse("0-255 512-1023"),
        PaddedRange.Join([.. Parse("512-767 128-255 0-127 700-1023 640-650"), new PaddedRange(4096, 0)]));

    private static PaddedRange[] Parse(string numbers) =>
    [
        .. numbers.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(range => range.Split('-').Select(long.Parse).ToArray())
            .Select(range => new PaddedRange(range[0], range[1] - range[0] + 1)),
    ];
}
