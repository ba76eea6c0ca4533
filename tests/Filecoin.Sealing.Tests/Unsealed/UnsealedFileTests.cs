using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Pieces;
using Filecoin.Sealing.Unsealed;
using SealerRecover.Tests;
using Xunit;

namespace Filecoin.Sealing.Tests.Unsealed;

public sealed class UnsealedFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SectorCase _sector;

    public UnsealedFileTests() => _sector = new SectorCase(_folder, new SectorSize(4 << 20));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _sector.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_whole_sector_is_its_data_then_the_trailer_and_its_length()
    {
        UnsealedFile.Write(LinuxFileSystem.Instance, _folder["unsealed"], _sector.Data, null, threads: 2, null, Cancellation);

        byte[] written = File.ReadAllBytes(_folder["unsealed"]);
        Assert.Equal(_sector.Padded, written[..(int)_sector.Size.Bytes]);

        // One run of 2^22 ones: version 00, value 1, 00, varint 80 80 80 02; the zero byte at its end left out; then 4.
        Assert.Equal("0410105004000000", Convert.ToHexStringLower(written.AsSpan((int)_sector.Size.Bytes)));
        using UnsealedFile read = UnsealedFile.Open(_folder["unsealed"], _sector.Size);
        Assert.Equal([new PaddedRange(0, _sector.Size.Bytes)], read.Ranges);
        byte[] part = new byte[512];
        read.Read(4096, part);
        Assert.Equal(_sector.Padded[4096..4608], part);
    }

    [Fact]
    public void Only_what_is_asked_for_is_written_and_only_that_is_read()
    {
        PaddedRange[] kept = [new(2 << 20, 1 << 20), new(128, 256), new(384, 128)];
        List<long> told = [];

        UnsealedFile.Write(LinuxFileSystem.Instance, _folder["unsealed"], _sector.Data, kept, threads: 1, new Immediate(told.Add), Cancellation);

        byte[] expected = new byte[_sector.Size.Bytes];
        _sector.Padded.AsSpan(128, 384).CopyTo(expected.AsSpan(128));
        _sector.Padded.AsSpan(2 << 20, 1 << 20).CopyTo(expected.AsSpan(2 << 20));
        Assert.Equal(expected, File.ReadAllBytes(_folder["unsealed"])[..expected.Length]);
        Assert.Equal(384 + (1 << 20), told.Sum());
        using UnsealedFile read = UnsealedFile.Open(_folder["unsealed"], _sector.Size);
        Assert.Equal([new PaddedRange(128, 384), new PaddedRange(2 << 20, 1 << 20)], read.Ranges);
        read.Read(256, new byte[256]);
        OperatorException failure = Assert.Throws<OperatorException>(() => read.Read(0, new byte[256]));
        Assert.Equal(FailureKind.Storage, failure.Kind);
        Assert.Contains(_folder["unsealed"], failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_without_a_trailer_is_all_there()
    {
        File.WriteAllBytes(_folder["staged"], _sector.Padded);

        using UnsealedFile read = UnsealedFile.Open(_folder["staged"], _sector.Size);

        Assert.True(read.Has(new PaddedRange(0, _sector.Size.Bytes)));
    }

    [Fact]
    public void A_file_where_nothing_is_there_is_read_as_Lotus_makes_it()
    {
        // CreatePartialFile: an empty trailer.
        File.WriteAllBytes(_folder["empty"], [.. new byte[_sector.Size.Bytes], 0, 0, 0, 0]);

        using UnsealedFile read = UnsealedFile.Open(_folder["empty"], _sector.Size);

        Assert.Empty(read.Ranges);
        Assert.False(read.Has(new PaddedRange(0, 128)));
    }

    /// <summary>What follows the sector; null: a byte less than the sector.</summary>
    [Theory]
    [InlineData(null)]
    [InlineData("00")]
    [InlineData("000000")]
    [InlineData("041010500004000000")]
    [InlineData("041010500005000000")]
    [InlineData("0410105000ffffffff")]
    [InlineData("0410105000ffffff7f")]
    [InlineData("0410107004000000")]
    [InlineData("0510105004000000")]
    [InlineData("040001000000")]
    public void A_trailer_that_does_not_fit_is_refused(string? hex)
    {
        byte[] data = new byte[_sector.Size.Bytes - (hex is null ? 1 : 0)];
        File.WriteAllBytes(_folder["broken"], [.. data, .. Convert.FromHexString(hex ?? "")]);

        OperatorException failure = Assert.Throws<OperatorException>(() => UnsealedFile.Open(_folder["broken"], _sector.Size));

        Assert.Equal(FailureKind.Storage, failure.Kind);
        Assert.Contains(_folder["broken"], failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_stands_there_is_not_overwritten_and_what_fails_leaves_nothing()
    {
        File.WriteAllText(_folder["precious"], "precious");
        OperatorException failure = Assert.Throws<OperatorException>(
            () => UnsealedFile.Write(LinuxFileSystem.Instance, _folder["precious"], _sector.Data, null, 1, null, Cancellation));
        Assert.Equal(FailureKind.TargetExists, failure.Kind);
        Assert.Equal("precious", File.ReadAllText(_folder["precious"]));

        using CancellationTokenSource cancelled = new();
        Immediate cancel = new(_ => cancelled.Cancel());
        Assert.ThrowsAny<OperationCanceledException>(
            () => UnsealedFile.Write(LinuxFileSystem.Instance, _folder["unsealed"], _sector.Data, null, 1, cancel, cancelled.Token));
        Assert.Throws<OperatorException>(() => UnsealedFile.Write(LinuxFileSystem.Instance, _folder["missing/unsealed"], _sector.Data, null, 1, null, Cancellation));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => UnsealedFile.Write(LinuxFileSystem.Instance, _folder["unsealed"], _sector.Data, [new(0, _sector.Size.Bytes + 128)], 1, null, Cancellation));
        Assert.Equal(["piece", "precious"], _folder.Names);
    }

    [Theory]
    [InlineData(0, 0, 1)]
    [InlineData(0, 127, 1)]
    [InlineData(1, 1, 1)]
    [InlineData(126, 2, 2)]
    [InlineData(127, 254, 3)]
    [InlineData((127 << 13) - 1, 2, 1)]
    [InlineData(127 << 13, 127 << 13, 2)]
    [InlineData(1000, 3_000_000, 2)]
    [InlineData(1000, 3_000_000, 1)]
    [InlineData(0, 127 << 15, 8)]
    [InlineData((127 << 15) - 5, 5, 2)]
    public void Raw_bytes_of_any_range_are_what_was_put_in(int offset, int length, int threads)
    {
        byte[] whole = new byte[Unsealing.RawOffset(_sector.Size.Bytes)];
        _sector.Raw.CopyTo(whole, 0);
        using MemoryStream output = new();
        List<long> told = [];

        Unsealing.WriteRaw(_sector.Data, offset, length, output, threads, new Immediate(told.Add), Cancellation);

        Assert.Equal(whole[offset..(offset + length)], output.ToArray());
        Assert.Equal(length, told.Sum());
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, -1)]
    [InlineData((127L << 15) - 1, 2)]
    [InlineData(long.MaxValue, 1)]
    public void Ranges_outside_the_sector_are_refused(long offset, long length) => Assert.Throws<ArgumentOutOfRangeException>(
        () => Unsealing.WriteRaw(_sector.Data, offset, length, Stream.Null, 1, null, Cancellation));

    /// <summary>Reports on the calling thread.</summary>
    private sealed class Immediate(Action<long> sink) : IProgress<long>
    {
        private readonly Lock _lock = new();

        public void Report(long value)
        {
            lock (_lock)
            {
                sink(value);
            }
        }
    }

    /// <summary>A sector with one piece of three quarters of its data.</summary>
    private sealed class SectorCase : IDisposable
    {
        public SectorCase(TemporaryFolder folder, SectorSize size)
        {
            Size = size;
            Raw = VectorFiles.Stream("unsealed", Unsealing.RawOffset(size.Bytes) / 4 * 3);
            Padded = new byte[size.Bytes];
            Fr32.Pad(Raw, Padded);
            File.WriteAllBytes(folder["piece"], Raw);
            PlacedPiece piece = new(new PieceInfo(default, size.Bytes), 0, IsFiller: false);
            Data = SectorData.OfPieces(size, [piece], _ => new PieceFile(folder["piece"], Raw.Length));
        }

        public SectorSize Size { get; }

        public byte[] Raw { get; }

        public byte[] Padded { get; }

        public SectorData Data { get; }

        public void Dispose() => Data.Dispose();
    }
}
