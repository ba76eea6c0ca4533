using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Filecoin.Sealing.Pieces;
using FsCheck;
using FsCheck.Fluent;
using SealerRecover.Tests;
using Xunit;

namespace Filecoin.Sealing.Tests.Pieces;

public class Fr32Tests
{
    private static readonly JsonArray Cases = VectorFiles.Read("fr32.json")["cases"]!.AsArray();

    public static TheoryData<string> Names => [.. Cases.Select(node => (string)node!["name"]!)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Padding_and_unpadding_are_those_of_the_reference(string name)
    {
        JsonNode vector = Cases.Single(node => (string)node!["name"]! == name)!;
        int length = (int)vector["unpadded_len"]!;
        byte[] unpadded = vector["unpadded"] is { } given
            ? Convert.FromHexString((string)given!)
            : VectorFiles.Stream($"public/fr32/{name}", length);
        Assert.Equal((string)vector["unpadded_sha256"]!, Hash(unpadded));
        long paddedLength = (long)vector["padded_len"]!;

        byte[] padded = new byte[Fr32.PaddedLength(length)];
        Assert.Equal(padded.Length, Fr32.Pad(unpadded, padded));
        Assert.Equal(paddedLength, padded.Length);
        Assert.Equal((string)vector["padded_sha256"]!, Hash(padded));
        Assert.Equal(padded, ReadAll(Fr32Stream.Padding(new MemoryStream(unpadded))));

        // A byte count that is no multiple of an element's comes back with the zero bits that filled the last element.
        byte[] back = new byte[Fr32.UnpaddedLength(padded.Length)];
        Assert.Equal(back.Length, Fr32.Unpad(padded, back));
        Assert.Equal(unpadded, back[..length]);
        Assert.All(back[length..], value => Assert.Equal(0, value));
        Assert.Equal(back, ReadAll(Fr32Stream.Unpadding(new MemoryStream(padded))));
    }

    // The definition, bit by bit.
    [Fact]
    public void Every_254_bits_are_followed_by_two_zero_bits() =>
        Prop.ForAll<byte[]>(data => IsPadded(data)).QuickCheckThrowOnFailure();

    // Groups that have others after them go another way than the last one.
    [Theory]
    [InlineData(126)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(129)]
    [InlineData(254)]
    [InlineData(255)]
    [InlineData(1000)]
    public void Groups_and_what_follows_them_are_padded_by_the_definition(int length)
    {
        byte[] ones = new byte[length];
        ones.AsSpan().Fill(byte.MaxValue);

        Assert.True(IsPadded(ones));
        Assert.True(IsPadded(VectorFiles.Stream($"groups-{length}", length)));
    }

    [Fact]
    public void Padding_bits_that_are_set_do_not_reach_the_data()
    {
        byte[] data = VectorFiles.Stream("padding bits", 127 * 3);
        byte[] padded = new byte[128 * 3];
        Fr32.Pad(data, padded);
        for (int element = 31; element < padded.Length; element += 32)
        {
            padded[element] |= 0xc0;
        }

        byte[] back = new byte[data.Length];
        Fr32.Unpad(padded, back);

        Assert.Equal(data, back);
    }

    [Fact]
    public void A_source_that_comes_in_small_bites_gives_the_same()
    {
        byte[] data = VectorFiles.Stream("bites", (127 * 512 * 2) + 77);
        byte[] expected = new byte[Fr32.PaddedLength(data.Length)];
        Fr32.Pad(data, expected);

        Assert.Equal(expected, ReadAll(Fr32Stream.Padding(new BitingStream(data, 1013))));
        Assert.Equal(data, ReadAll(Fr32Stream.Unpadding(new BitingStream(expected, 1013)))[..data.Length]);
    }

    [Fact]
    public void Padded_data_that_ends_within_an_element_is_refused()
    {
        Assert.Throws<InvalidDataException>(() => ReadAll(Fr32Stream.Unpadding(new MemoryStream(new byte[33]))));
        Assert.Throws<ArgumentOutOfRangeException>(() => Fr32.Unpad(new byte[31], new byte[31]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Fr32.UnpaddedLength(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Fr32.PaddedLength(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Fr32.Pad(new byte[127], new byte[127]));
    }

    private static bool IsPadded(byte[] data)
    {
        byte[] padded = new byte[Fr32.PaddedLength(data.Length)];
        Fr32.Pad(data, padded);
        bool[] bits = new bool[8 * padded.Length];
        for (int i = 0; i < 8 * data.Length; i++)
        {
            bits[(i / 254 * 256) + (i % 254)] = ((data[i / 8] >> (i % 8)) & 1) == 1;
        }

        return bits.Select((bit, i) => bit == (((padded[i / 8] >> (i % 8)) & 1) == 1)).All(equal => equal);
    }

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static byte[] ReadAll(Stream stream)
    {
        using MemoryStream all = new();
        stream.CopyTo(all);
        return all.ToArray();
    }

    private sealed class BitingStream(byte[] data, int bite) : MemoryStream(data)
    {
        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(bite, buffer.Length)]);

        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(bite, count));
    }
}
