using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace SealerRecover.Page.Tests;

/// <summary>A picture of a screen with at most 256 colours, a third as large: what a browser writes has millions, of which edges of letters use hundreds.</summary>
internal static class IndexedPng
{
    private const int Colours = 256;
    private const int Areas = 96;
    private const int AlmostTheSame = 500;
    private static readonly byte[] Signature = [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0d, 0x0a, 0x1a, 0x0a];

    /// <summary>The same picture in the colours that it has most of; what is left out gets the nearest of these.</summary>
    public static byte[] Of(byte[] png)
    {
        (int width, int height, int[] pixels) = Read(png);
        int[] palette = Palette(pixels);
        Dictionary<int, byte> index = [];
        byte[] rows = new byte[height * (width + 1)];
        for (int i = 0; i < pixels.Length; i++)
        {
            if (!index.TryGetValue(pixels[i], out byte at))
            {
                index[pixels[i]] = at = Nearest(palette, pixels[i]);
            }

            rows[(i / width * (width + 1)) + 1 + (i % width)] = at;
        }

        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        header[8] = 8;
        header[9] = 3;
        using MemoryStream packed = new();
        using (ZLibStream zlib = new(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            zlib.Write(rows);
        }

        using MemoryStream file = new();
        file.Write(Signature);
        Chunk(file, "IHDR", header);
        Chunk(file, "PLTE", [.. palette.SelectMany(colour => new[] { (byte)(colour >> 16), (byte)(colour >> 8), (byte)colour })]);
        Chunk(file, "IDAT", packed.ToArray());
        Chunk(file, "IEND", []);
        return file.ToArray();
    }

    /// <summary>Colours of areas as they are; of those of edges what is almost the same takes no second place, so that more of them get one.</summary>
    private static int[] Palette(int[] pixels)
    {
        List<int> palette = [];
        foreach ((int colour, _) in pixels.CountBy(pixel => pixel).OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key))
        {
            if (palette.Count < Areas || (palette.Count < Colours && palette.TrueForAll(known => Distance(known, colour) > AlmostTheSame)))
            {
                palette.Add(colour);
            }
        }

        return [.. palette];
    }

    private static byte Nearest(int[] palette, int pixel)
    {
        int best = 0;
        for (int i = 1; i < palette.Length; i++)
        {
            if (Distance(palette[i], pixel) < Distance(palette[best], pixel))
            {
                best = i;
            }
        }

        return (byte)best;
    }

    private static int Distance(int a, int b)
    {
        int red = ((a >> 16) & 255) - ((b >> 16) & 255);
        int green = ((a >> 8) & 255) - ((b >> 8) & 255);
        int blue = (a & 255) - (b & 255);
        return (2 * red * red) + (4 * green * green) + (3 * blue * blue);
    }

    /// <summary>Eight bits a channel, with or without transparency, which is dropped: that is what browsers write.</summary>
    private static (int Width, int Height, int[] Pixels) Read(byte[] png)
    {
        int width = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16));
        int height = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(20));
        int channels = (png[24], png[25], png[28]) switch
        {
            (8, 2, 0) => 3,
            (8, 6, 0) => 4,
            _ => throw new NotSupportedException("a picture of another form"),
        };
        using MemoryStream packed = new();
        for (int at = 8; at < png.Length;)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at));
            if (Encoding.ASCII.GetString(png, at + 4, 4) == "IDAT")
            {
                packed.Write(png, at + 8, length);
            }

            at += length + 12;
        }

        packed.Position = 0;
        using ZLibStream zlib = new(packed, CompressionMode.Decompress);
        int stride = width * channels;
        byte[] before = new byte[stride];
        byte[] row = new byte[stride];
        int[] pixels = new int[width * height];
        for (int y = 0; y < height; y++)
        {
            int filter = zlib.ReadByte();
            zlib.ReadExactly(row);
            for (int x = 0; x < stride; x++)
            {
                int left = x < channels ? 0 : row[x - channels];
                int corner = x < channels ? 0 : before[x - channels];
                row[x] += (byte)(filter switch { 0 => 0, 1 => left, 2 => before[x], 3 => (left + before[x]) / 2, _ => Paeth(left, before[x], corner) });
            }

            for (int x = 0; x < width; x++)
            {
                pixels[(y * width) + x] = (row[x * channels] << 16) | (row[(x * channels) + 1] << 8) | row[(x * channels) + 2];
            }

            (before, row) = (row, before);
        }

        return (width, height, pixels);
    }

    private static int Paeth(int left, int above, int corner)
    {
        int estimate = left + above - corner;
        int toLeft = Math.Abs(estimate - left);
        int toAbove = Math.Abs(estimate - above);
        int toCorner = Math.Abs(estimate - corner);
        return toLeft <= toAbove && toLeft <= toCorner ? left : toAbove <= toCorner ? above : corner;
    }

    private static void Chunk(MemoryStream file, string name, byte[] data)
    {
        byte[] chunk = new byte[data.Length + 12];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        Encoding.ASCII.GetBytes(name, chunk.AsSpan(4));
        data.CopyTo(chunk.AsSpan(8));
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(data.Length + 8), Crc(chunk.AsSpan(4, data.Length + 4)));
        file.Write(chunk);
    }

    private static uint Crc(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        foreach (byte one in data)
        {
            crc ^= one;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0xedb88320);
            }
        }

        return ~crc;
    }
}
