namespace SealerRecover.Tests;

/// <summary>
/// A disk as a file system's promises describe it: what is there now, and what is there for certain after a power cut. Content is certain
/// from the moment its file is flushed, a name from the moment its folder is; a rename is one step, certain with the folder it leads to.
/// </summary>
public sealed class RecordedDisk
{
    private readonly Folder _root = new();
    private readonly List<Content> _files = [];
    private readonly List<Edit[]> _unflushedNames = [];

    /// <summary>A disk that holds an image, all of it flushed.</summary>
    public RecordedDisk(FolderImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        foreach ((string path, byte[]? content) in image.Entries)
        {
            Thing thing = content is null ? new Folder() : NewFile(content);
            (Folder folder, string name) = Place(path);
            folder.Now[name] = thing;
            folder.Certain[name] = thing;
        }
    }

    /// <summary>The number of the file at a path.</summary>
    public int FileAt(string path)
    {
        (Folder folder, string name) = Place(path);
        return ((Content)folder.Now[name]).Number;
    }

    /// <summary>Makes or empties a file.</summary>
    public void Create(string path)
    {
        (Folder folder, string name) = Place(path);
        if (folder.Now.TryGetValue(name, out Thing? there))
        {
            SetLength(((Content)there).Number, 0);
        }
        else
        {
            Apply(new Edit(folder, name, NewFile([])));
        }
    }

    /// <summary>Makes a folder, if there is none.</summary>
    public void MakeFolder(string path)
    {
        (Folder folder, string name) = Place(path);
        if (!folder.Now.ContainsKey(name))
        {
            Apply(new Edit(folder, name, new Folder()));
        }
    }

    /// <summary>Gives a file or folder another name.</summary>
    public void Rename(string from, string to)
    {
        (Folder source, string old) = Place(from);
        (Folder target, string name) = Place(to);
        Apply(new Edit(target, name, source.Now[old]), new Edit(source, old, null));
    }

    /// <summary>Removes a name, if it is there; files that were made behind this disk's back are not.</summary>
    public void Delete(string path)
    {
        if (Knows(path))
        {
            (Folder folder, string name) = Place(path);
            Apply(new Edit(folder, name, null));
        }
    }

    /// <summary>Whether there is something at a path.</summary>
    public bool Knows(string path)
    {
        Thing there = _root;
        foreach (string part in path.Split('/'))
        {
            if (there is not Folder folder || !folder.Now.TryGetValue(part, out Thing? inside))
            {
                return false;
            }

            there = inside;
        }

        return true;
    }

    /// <summary>Writes into a file.</summary>
    public void Write(int file, long offset, byte[] bytes)
    {
        _files[file].Unflushed.Add((offset, bytes));
        _files[file].Now = Written(_files[file].Now, offset, bytes);
    }

    /// <summary>Sets a file's length.</summary>
    public void SetLength(int file, long length)
    {
        _files[file].Unflushed.Add((length, null));
        _files[file].Now = Cut(_files[file].Now, length);
    }

    /// <summary>Flushes a file.</summary>
    public void Flush(int file)
    {
        _files[file].Certain = _files[file].Now;
        _files[file].Unflushed.Clear();
    }

    /// <summary>Flushes a folder's names.</summary>
    public void SyncFolder(string path)
    {
        Folder folder = path.Length == 0 ? _root : Place(path) is var (parent, name) ? (Folder)parent.Now[name] : _root;
        for (int i = 0; i < _unflushedNames.Count;)
        {
            // A rename is flushed with the folder it leads to; with the other only if its old name has been given anew, or the file would be
            // at neither.
            Edit[] edits = _unflushedNames[i];
            bool flushed = edits[0].Folder == folder
                || (edits.Length > 1 && edits[1].Folder == folder && _unflushedNames.Skip(i + 1).Any(later => Array.Exists(
                    later, edit => edit.Folder == folder && edit.Name == edits[1].Name)));
            if (flushed)
            {
                MakeCertain(edits);
                _unflushedNames.RemoveAt(i);
            }
            else
            {
                i++;
            }
        }
    }

    /// <summary>What is there now.</summary>
    public FolderImage Now() => ImageOf(folder => folder.Now, file => file.Now);

    /// <summary>What is there after a power cut at this moment. This disk is of no use afterwards.</summary>
    public FolderImage After(Survival survival, int seed)
    {
        Random random = new(seed);
        foreach (Edit[] edits in _unflushedNames)
        {
            if (survival == Survival.Names || (survival >= Survival.AnySectors && random.Next(2) == 0))
            {
                MakeCertain(edits);
            }
        }

        return ImageOf(folder => folder.Certain, file => survival switch
        {
            Survival.Bytes => file.Now,
            Survival.AnySectors => Torn(file, 512, random),
            Survival.AnyPages => Torn(file, 4096, random),
            _ => file.Certain,
        });
    }

    private static byte[] Torn(Content file, int unit, Random random)
    {
        byte[] content = file.Certain;
        foreach ((long offset, byte[]? bytes) in file.Unflushed)
        {
            if (bytes is null)
            {
                content = random.Next(2) == 0 ? Cut(content, offset) : content;
                continue;
            }

            for (long at = offset; at < offset + bytes.Length;)
            {
                long end = Math.Min(offset + bytes.Length, ((at / unit) + 1) * unit);
                content = random.Next(2) == 0 ? Written(content, at, bytes.AsSpan((int)(at - offset), (int)(end - at))) : content;
                at = end;
            }
        }

        return content;
    }

    private static byte[] Written(byte[] content, long offset, ReadOnlySpan<byte> bytes)
    {
        byte[] after = Cut(content, Math.Max(content.Length, offset + bytes.Length));
        bytes.CopyTo(after.AsSpan((int)offset));
        return after;
    }

    private static byte[] Cut(byte[] content, long length)
    {
        byte[] after = new byte[length];
        content.AsSpan(0, (int)Math.Min(length, content.Length)).CopyTo(after);
        return after;
    }

    private static void MakeCertain(Edit[] edits)
    {
        // What is somewhere else by now has been there before: only the name that is given anew counts.
        Thing? moved = edits.Length > 1 ? edits[0].Thing : null;
        foreach (Edit edit in edits)
        {
            if (edit.Thing is not null)
            {
                edit.Folder.Certain[edit.Name] = edit.Thing;
            }
            else if (moved is null || (edit.Folder.Certain.TryGetValue(edit.Name, out Thing? there) && there == moved))
            {
                edit.Folder.Certain.Remove(edit.Name);
            }
        }
    }

    private FolderImage ImageOf(Func<Folder, Dictionary<string, Thing>> names, Func<Content, byte[]> content)
    {
        FolderImage image = new();
        Add(_root, string.Empty);
        return image;

        void Add(Folder folder, string prefix)
        {
            foreach ((string name, Thing thing) in names(folder))
            {
                image.Add(prefix + name, thing is Content file ? content(file) : null);
                if (thing is Folder inside)
                {
                    Add(inside, $"{prefix}{name}/");
                }
            }
        }
    }

    private Content NewFile(byte[] content)
    {
        Content file = new(_files.Count) { Now = content, Certain = content };
        _files.Add(file);
        return file;
    }

    private (Folder Folder, string Name) Place(string path)
    {
        string[] parts = path.Split('/');
        Folder folder = _root;
        foreach (string part in parts.AsSpan(0, parts.Length - 1))
        {
            folder = (Folder)folder.Now[part];
        }

        return (folder, parts[^1]);
    }

    private void Apply(params Edit[] edits)
    {
        foreach (Edit edit in edits)
        {
            if (edit.Thing is null)
            {
                edit.Folder.Now.Remove(edit.Name);
            }
            else
            {
                edit.Folder.Now[edit.Name] = edit.Thing;
            }
        }

        _unflushedNames.Add(edits);
    }

    private abstract class Thing;

    private sealed class Folder : Thing
    {
        public Dictionary<string, Thing> Now { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, Thing> Certain { get; } = new(StringComparer.Ordinal);
    }

    private sealed class Content(int number) : Thing
    {
        public int Number => number;

        public required byte[] Now { get; set; }

        public required byte[] Certain { get; set; }

        /// <summary>Offset and bytes of a write; a new length and null.</summary>
        public List<(long Offset, byte[]? Bytes)> Unflushed { get; } = [];
    }

    /// <summary>A name that leads somewhere else from now on; null for nowhere.</summary>
    private sealed record Edit(Folder Folder, string Name, Thing? Thing);
}
