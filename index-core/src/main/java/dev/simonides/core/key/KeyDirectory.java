// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.key;

/** Finds the ordinal of a key. Any thread looks up; one thread changes. */
public interface KeyDirectory {
    /** What a look-up answers when the key is not there. */
    int NONE = -1;

    /**
     * Makes a key this directory understands: hashed with its own secret seed, so that chosen keys cannot be made to collide.
     *
     * @param tenantId the tenant's number in this process
     * @param utf8 the key's bytes, 1..512; kept, not copied
     * @return the key
     */
    RecordKey key(int tenantId, byte[] utf8);

    /**
     * Looks a key up.
     *
     * @param key made by {@link #key}
     * @return its ordinal, or {@link #NONE}
     */
    int get(RecordKey key);

    /**
     * Takes the memory that one put may need, so that it cannot fail; it is used up by the next put of a key of the
     * same part of the directory, or given back by {@link #unreserve}. The thread that changes.
     *
     * @param key key to be put
     */
    void reserve(RecordKey key);

    /**
     * Gives back what {@link #reserve(RecordKey)} took, for a put that will not come. The thread that changes.
     *
     * @param key key given to reserve
     */
    void unreserve(RecordKey key);

    /**
     * Sets the ordinal of a key.
     *
     * @param key made by {@link #key}
     * @param ordinal 0 or more
     * @param keyAddress where its bytes stand, unchanged as long as this directory is used; they may be kept there
     * @return the ordinal it had, or {@link #NONE}
     */
    int put(RecordKey key, int ordinal, long keyAddress);

    /**
     * Sets the ordinal of a key that stands in native memory, without an object for the key.
     *
     * @param tenantId the tenant's number in this process
     * @param keyAddress where its bytes stand, unchanged as long as this directory is used; they may be kept there
     * @param keyBytes how many, 1..512
     * @param ordinal 0 or more
     * @return the ordinal it had, or {@link #NONE}
     */
    int put(int tenantId, long keyAddress, int keyBytes, int ordinal);

    /**
     * Makes room for many keys at once, so that putting them is one pass.
     *
     * @param keys how many there will be in all
     */
    void reserve(long keys);

    /**
     * Removes a key.
     *
     * @param key made by {@link #key}
     * @return the ordinal it had, or {@link #NONE}
     */
    int remove(RecordKey key);

    /**
     * Makes a directory without keys that understands the keys of this one.
     *
     * @return the directory
     */
    KeyDirectory another();

    /**
     * Returns the number of keys.
     *
     * @return keys of all tenants
     */
    long size();
}
